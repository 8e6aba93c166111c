import { Logger } from '@nestjs/common';
import type { Clock } from '../../lib/clock';
import { stackOf } from '../../lib/stack-of';
import type { AirbyteJob, CallContext } from '../client/model/airbyte-types';
import { PAGE_LIMIT } from '../client/model/paging';
import type { RunFailureDto } from '../core/dto/run-failure.dto';
import { failuresInARow } from '../core/job-status';
import { toRunFailure } from '../core/run-failure';
import { withSharedTurn } from '../core/shared-turn';
import type { InternalClient } from '../internal/internal-client';
import type { DetailedJob } from '../internal/internal-types';
import { newestFailureOf } from '../internal/newest-failure';
import { DetailLoader, type DetailRequest } from './detail-loader';

/** Airbyte's public API reports the creation of jobs in whole seconds. */
const SECOND_MS = 1000;
/** Jobs of the same second may be beside the wanted one. */
const SINGLE_LIMIT = 10;
/** A list of all connections that has fewer of the wanted jobs saves nothing. */
const MIN_GAIN = 2;

/** By connection. */
type Found = Map<string, RunFailureDto | null>;

/** The reason of the newest failed run of each ingestion, read once after the run has failed. */
export class RunFailures {
  private readonly loader: DetailLoader<AirbyteJob, RunFailureDto>;
  private readonly context: CallContext;
  private readonly log = new Logger('Mirror');

  /** @param options.signal ends the reads */
  constructor(
    private readonly internal: InternalClient,
    clock: Clock,
    { maxEntries, signal }: { readonly maxEntries: number; readonly signal: AbortSignal },
  ) {
    this.context = withSharedTurn({ signal });
    this.loader = new DetailLoader((requests) => this.read(requests), {
      maxEntries,
      nowMs: () => clock.monotonicMs(),
      onFault: (error) => {
        this.log.error(stackOf(error));
      },
    });
  }

  /**
   * The reason of the newest failed run since the newest success; null if there is no such run, or if its reason is not known.
   * @param newestJobs newest first, of one connection
   */
  of(newestJobs: readonly AirbyteJob[]): RunFailureDto | null {
    const [job] = failuresInARow(newestJobs);
    return job ? this.loader.get(job.connectionId, versionOf(job)) : null;
  }

  /** Reads the reason unless it is known. Resolves when the read has ended. */
  load(newestJobs: readonly AirbyteJob[]): Promise<void> {
    const [job] = failuresInARow(newestJobs);
    if (!job) return Promise.resolve();
    return this.loader.load({ connectionId: job.connectionId, version: versionOf(job), subject: job });
  }

  /** Reads again what could not be read. @param newestJobsOf of a connection; none if it does not exist any more */
  retry(newestJobsOf: (connectionId: string) => readonly AirbyteJob[]): void {
    for (const connectionId of this.loader.dueIds()) {
      const newestJobs = newestJobsOf(connectionId);
      if (failuresInARow(newestJobs).length === 0) this.loader.forget(connectionId);
      else void this.load(newestJobs);
    }
  }

  /** Several reasons take one call where Airbyte lists the jobs of all connections at once. */
  private async read(requests: readonly DetailRequest<AirbyteJob>[]): Promise<Found> {
    const found: Found = new Map();
    let left: readonly AirbyteJob[] = requests
      .map(({ subject }) => subject)
      .sort((a, b) => b.startTimeMs - a.startTimeMs);
    // A list of one connection finds out whether the endpoint works, because more installations permit it.
    if (!this.isOn) left = await this.addSingly(left, 1, found);
    if (this.isOn && left.length >= MIN_GAIN) left = await this.addTogether(left, found);
    if (this.isOn) await this.addSingly(left, left.length, found);
    return found;
  }

  /** @returns the jobs that were not found, which another list may have */
  private async addTogether(jobs: readonly AirbyteJob[], found: Found): Promise<readonly AirbyteJob[]> {
    const period = periodOf(jobs);
    let left = jobs;
    for (let offset = 0; ; offset += PAGE_LIMIT) {
      const query = { connectionId: null, ...period, limit: PAGE_LIMIT, offset };
      const page = (await this.internal.failedJobs(query, this.context)) ?? [];
      const byId = new Map(page.map((details) => [details.jobId, details]));
      const count = left.length;
      for (const job of left)
        if (byId.has(job.jobId)) found.set(job.connectionId, toFailure(byId.get(job.jobId)));
      left = left.filter(({ jobId }) => !byId.has(jobId));
      const isLast = left.length === 0 || page.length < PAGE_LIMIT;
      if (isLast || count - left.length < MIN_GAIN) return left;
    }
  }

  /** A job that cannot be read does not keep the others waiting. @returns the jobs after the first `count` ones */
  private async addSingly(
    jobs: readonly AirbyteJob[],
    count: number,
    found: Found,
  ): Promise<readonly AirbyteJob[]> {
    for (const job of jobs.slice(0, count)) {
      if (this.context.signal?.aborted) break;
      const query = { connectionId: job.connectionId, ...periodOf([job]), limit: SINGLE_LIMIT, offset: 0 };
      const listed = await this.internal.failedJobs(query, this.context);
      if (listed) found.set(job.connectionId, toFailure(listed.find(({ jobId }) => jobId === job.jobId)));
      else if (!this.isOn) break;
    }
    return jobs.slice(count);
  }

  private get isOn(): boolean {
    return this.internal.caller.capability('failureReasons').state === 'on';
  }
}

function toFailure(details: DetailedJob | undefined): RunFailureDto | null {
  const failure = details && newestFailureOf(details);
  return failure ? toRunFailure(failure) : null;
}

/** Job ids restart when Airbyte is installed anew. */
function versionOf({ jobId, startTimeMs }: AirbyteJob): string {
  return `${jobId} ${startTimeMs}`;
}

/** @param jobs newest first */
function periodOf(jobs: readonly AirbyteJob[]): { createdFrom: Date; createdTo: Date } {
  const createdFrom = new Date((jobs.at(-1)?.startTimeMs ?? 0) - SECOND_MS);
  return { createdFrom, createdTo: new Date((jobs[0]?.startTimeMs ?? 0) + SECOND_MS) };
}
