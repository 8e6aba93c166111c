import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../lib/clock';
import { CoalescedReads } from '../../lib/coalesced-reads';
import type { RequestContext } from '../../http/request-context';
import type { AirbyteJob } from '../client/model/airbyte-types';
import type { ListedRunDto } from '../core/dto/listed-run.dto';
import type { RunDto } from '../core/dto/run.dto';
import type { RunFailureDto } from '../core/dto/run-failure.dto';
import { hasEnded } from '../core/job-status';
import { toRunFailure } from '../core/run-failure';
import { toRun } from '../core/run-mapper';
import { sharingKey } from '../core/visibility';
import { InternalClient } from '../internal/internal-client';
import type { DetailedJob, JobAttempt, StreamCounts, SyncProgress } from '../internal/internal-types';
import { newestFailureOf } from '../internal/newest-failure';
import {
  ATTEMPT_STATUSES,
  type RunAttemptDto,
  type RunDetailsDto,
  type RunProgressDto,
  type RunStreamDto,
} from './dto/run-details.dto';

/** Airbyte's public API reports the creation of jobs in whole seconds. */
const SECOND_MS = 1000;
/** Cache lifetime of the details of a run, which callers that wait for it share. */
const SHARED_MS = 1000;
const MAX_SHARED = 1000;

/** Adds what only Airbyte's internal API knows to runs. Call it after the caller's access was checked. */
@Injectable()
export class RunDetailsReader {
  private readonly shared: CoalescedReads<RunDetailsDto>;

  constructor(
    private readonly internal: InternalClient,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.shared = new CoalescedReads({
      maxAgeMs: SHARED_MS,
      maxEntries: MAX_SHARED,
      nowMs: () => clock.monotonicMs(),
    });
  }

  /** Adds the reasons of failed runs, with at most one upstream call. @param jobs newest first, of one connection */
  async withFailures(jobs: readonly AirbyteJob[], context: RequestContext): Promise<ListedRunDto[]> {
    const failing = jobs.filter(hasFailed);
    const detailed = await this.failedJobs(failing, context);
    const byId = new Map(detailed.map((job) => [job.jobId, job]));
    return jobs.map((job) => {
      const run: Readonly<RunDto> = toRun(job);
      return { ...run, failure: failureOf(job, byId.get(job.jobId)) };
    });
  }

  /** Concurrent callers share the read. */
  details(job: AirbyteJob, context: RequestContext): Promise<RunDetailsDto> {
    const key = sharingKey(context, job.connectionId, job.jobId, job.status);
    return this.shared.get(key, () => this.readDetails(job, context));
  }

  private async readDetails(job: AirbyteJob, context: RequestContext): Promise<RunDetailsDto> {
    const [details, progress] = await Promise.all([
      this.internal.jobDetails(job.jobId, context),
      hasEnded(job) ? null : this.internal.syncProgress(job.connectionId, context),
    ]);
    const current = progress?.jobId === job.jobId ? progress : null;
    const run: Readonly<RunDto> = toRun(job);
    const startedAt = details?.startedAt ?? current?.startedAt ?? null;
    return {
      ...run,
      startedAt: startedAt?.toISOString() ?? run.startedAt,
      failure: failureOf(job, details ?? undefined),
      attempts: details && details.attempts.map(toAttempt),
      streams: details && (current ?? details).streams.map(toStream),
      progress: current && toProgress(current),
    };
  }

  private async failedJobs(
    failing: readonly AirbyteJob[],
    context: RequestContext,
  ): Promise<readonly DetailedJob[]> {
    const [newest, oldest] = [failing[0], failing.at(-1)];
    if (!newest || !oldest) return [];
    const query = {
      connectionId: newest.connectionId,
      createdFrom: new Date(oldest.startTimeMs - SECOND_MS),
      createdTo: new Date(newest.startTimeMs + SECOND_MS),
      // Jobs of the same second may be beside those of the page.
      limit: failing.length + 10,
      offset: 0,
    };
    return (await this.internal.failedJobs(query, context)) ?? [];
  }
}

/** `incomplete`: an attempt failed, and Airbyte will make another one. */
function hasFailed({ status }: AirbyteJob): boolean {
  return status === 'failed' || status === 'incomplete';
}

function failureOf(job: AirbyteJob, details: DetailedJob | undefined): RunFailureDto | null {
  if (!details || !hasFailed(job)) return null;
  const failure = newestFailureOf(details);
  return failure ? toRunFailure(failure, !hasEnded(job)) : null;
}

function toAttempt(attempt: JobAttempt): RunAttemptDto {
  const [failure] = attempt.failures;
  return {
    number: attempt.number + 1,
    status: ATTEMPT_STATUSES.find((status) => status === attempt.status) ?? 'unknown',
    startedAt: attempt.startedAt?.toISOString() ?? null,
    endedAt: attempt.endedAt?.toISOString() ?? null,
    rows: attempt.rows,
    bytes: attempt.bytes,
    failure: failure ? toRunFailure(failure) : null,
  };
}

function toStream(stream: StreamCounts): RunStreamDto {
  return {
    name: stream.name,
    namespace: stream.namespace,
    rows: stream.rowsCommitted,
    bytes: stream.bytesCommitted,
    rowsRead: stream.rowsEmitted,
    rowsRejected: stream.rowsRejected,
  };
}

function toProgress(progress: SyncProgress): RunProgressDto {
  return {
    rowsRead: progress.rowsEmitted,
    rows: progress.rowsCommitted,
    bytesRead: progress.bytesEmitted,
    bytes: progress.bytesCommitted,
  };
}
