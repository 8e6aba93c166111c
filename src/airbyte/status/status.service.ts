import { Inject, Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/http/request-context';
import { SETTINGS } from '../../config/settings.token';
import type { Settings } from '../../config/settings.types';
import { ingestionNotFound, onBehalfOf } from '../ingestion/airbyte-problem';
import type { IngestionStatusDto } from './dto/ingestion-status.dto';
import type { StatusQueryDto } from './dto/status-query.dto';
import type { Tolerances } from './facts';
import { parseDurationMs } from './freshness';
import { StatusReader } from './status.reader';
import { statusOf } from './status.report';

const MINUTE_MS = 60_000;

/** How ingestions stand. */
@Injectable()
export class StatusService {
  constructor(
    private readonly reader: StatusReader,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async status(
    connectionId: string,
    query: StatusQueryDto,
    context: RequestContext,
  ): Promise<IngestionStatusDto> {
    const snapshot = await onBehalfOf(connectionId, () => this.reader.read(connectionId, context));
    if (!snapshot) throw ingestionNotFound();
    return statusOf(snapshot, this.reader.airbyteNow(), this.tolerances(query.freshness));
  }

  tolerances(freshness?: string): Tolerances {
    return {
      missedRunMs: this.settings.missedRunToleranceMinutes * MINUTE_MS,
      freshnessMs: freshness === undefined ? null : parseDurationMs(freshness),
      disablesFailing: this.settings.airbyte.disablesFailing,
    };
  }
}
