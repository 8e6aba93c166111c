import { Inject, Injectable } from '@nestjs/common';
import type { RequestContext } from '../../http/request-context';
import { SETTINGS, type Settings } from '../../config/settings-types';
import { ingestionNotFound, withIngestionProblems } from '../core/upstream-problem';
import { toRun } from '../core/run-mapper';
import type { Tolerances } from '../core/status-facts';
import { Mirror } from '../mirror/mirror';
import type { IngestionStatusDto } from './dto/ingestion-status.dto';
import type { StatusQueryDto } from './dto/status-query.dto';
import { statusOf } from './status-report';

const MINUTE_MS = 60_000;
/** Number of runs of `?include=runs`. */
const INCLUDED_RUNS = 30;

/** Status, and the age of its oldest fact. */
export interface AgedStatus {
  readonly status: IngestionStatusDto;
  readonly ageMs: number;
}

/** Status of one ingestion. */
@Injectable()
export class StatusService {
  constructor(
    private readonly mirror: Mirror,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** @param maxAgeMs the caller's limit of the age; null: only the limits of the settings */
  async status(
    connectionId: string,
    query: StatusQueryDto,
    context: RequestContext,
    maxAgeMs: number | null,
  ): Promise<AgedStatus> {
    const observed = await withIngestionProblems(connectionId, () =>
      this.mirror.observe(connectionId, context, { maxAgeMs, needsAllJobs: query.include === 'runs' }),
    );
    if (!observed) throw ingestionNotFound();
    const status = statusOf(observed, this.mirror.airbyteNow(), this.tolerances(query.freshness));
    if (query.include === 'runs') status.runs = observed.newestJobs.slice(0, INCLUDED_RUNS).map(toRun);
    return { status, ageMs: observed.ageMs };
  }

  tolerances(freshness?: string): Tolerances {
    return {
      missedRunMs: this.settings.missedRunToleranceMinutes * MINUTE_MS,
      askedFreshness: freshness ?? null,
      defaultFreshness: this.settings.freshness,
      disablesFailing: this.settings.airbyte.disablesFailing,
    };
  }
}
