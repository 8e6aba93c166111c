import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock';
import type { RequestContext } from '../../common/http/request-context';
import { SETTINGS } from '../../config/settings.token';
import type { Settings } from '../../config/settings.types';
import type { AirbyteConnection } from '../client/airbyte.types';
import { onBehalfOf } from '../ingestion/airbyte-problem';
import { requireInSight } from '../ingestion/visibility';
import type { IngestionStatusDto } from './dto/ingestion-status.dto';
import type { StatusQueryDto } from './dto/status-query.dto';
import type { Tolerances } from './facts';
import { parseDurationMs } from './freshness';
import { type IngestionSnapshot, StatusReader } from './status.reader';
import { statusOf } from './status.report';

const MINUTE_MS = 60_000;

/** How ingestions stand. */
@Injectable()
export class StatusService {
  constructor(
    private readonly reader: StatusReader,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async status(
    connectionId: string,
    query: StatusQueryDto,
    context: RequestContext,
  ): Promise<IngestionStatusDto> {
    const snapshot = await this.snapshot(connectionId, context);
    requireInSight(snapshot.connection, context);
    return statusOf(snapshot, this.clock.now(), this.tolerances(query.freshness));
  }

  tolerances(freshness?: string): Tolerances {
    return {
      missedRunMs: this.settings.missedRunToleranceMinutes * MINUTE_MS,
      freshnessMs: freshness === undefined ? null : parseDurationMs(freshness),
    };
  }

  private async snapshot(connectionId: string, context: RequestContext): Promise<IngestionSnapshot> {
    try {
      return await onBehalfOf(connectionId, () => this.reader.read(connectionId, context));
    } catch (error) {
      // That Airbyte fails to tell of somebody else's ingestion must not betray that there is one.
      if (context.caller?.workspaceId) {
        const read = (): Promise<AirbyteConnection> => this.reader.connection(connectionId, context);
        requireInSight(await onBehalfOf(connectionId, read), context);
      }
      throw error;
    }
  }
}
