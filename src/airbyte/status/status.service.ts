import { Inject, Injectable } from '@nestjs/common';
import type { RequestContext } from '../../http/request-context';
import { SETTINGS, type Settings } from '../../config/settings-types';
import { ingestionNotFound, withIngestionProblems } from '../core/upstream-problem';
import type { IngestionStatusDto } from './dto/ingestion-status.dto';
import type { StatusQueryDto } from './dto/status-query.dto';
import type { Tolerances } from '../core/status-facts';
import { parseDurationMs } from '../../lib/iso-duration';
import { StatusReader } from '../core/status-reader';
import { statusOf } from './status-report';

const MINUTE_MS = 60_000;

/** Status of one ingestion. */
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
    const snapshot = await withIngestionProblems(connectionId, () => this.reader.read(connectionId, context));
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
