import type { AirbyteJob } from '../../client/model/airbyte-types';
import type { RunFacts } from '../../core/status-facts';
import { hasEnded, isSuccess } from '../../core/job-status';
import { BASELINE_SUCCESSES, needsBaseline } from '../rules/false-success';
import { NEWEST_JOBS } from '../../core/sync-history';

interface History extends RunFacts {
  /** Whether the history suffices for a status. False: only jobs of the bulk read are known. */
  readonly isComplete: boolean;
}

const EMPTY_HISTORY: History = { newestJobs: [], newestSuccess: null, isComplete: false };

/** Whether job a is newer than job b. Airbyte's ids are ascending integers without leading zeros. */
export function isNewer(a: string, b: string): boolean {
  return a.length === b.length ? a > b : a.length > b.length;
}

/** Newest jobs of each connection, without gaps. */
export class RunMemory {
  private readonly histories = new Map<string, History>();
  /** Connection ids of jobs that have not ended, by job id. */
  private readonly open = new Map<string, string>();

  /** Adds or updates a job. */
  add(job: AirbyteJob): void {
    if (hasEnded(job)) this.open.delete(job.jobId);
    else this.open.set(job.jobId, job.connectionId);
    const known = this.histories.get(job.connectionId) ?? EMPTY_HISTORY;
    this.histories.set(job.connectionId, {
      newestJobs: insertJob(known.newestJobs, job),
      newestSuccess: newerSuccess(known.newestSuccess, job),
      isComplete: known.isComplete,
    });
  }

  /** Adds the history of one connection that was read singly. */
  addComplete(connectionId: string, { newestJobs, newestSuccess }: RunFacts): void {
    for (const job of [...newestJobs].reverse()) this.add(job);
    if (newestSuccess) this.addOldSuccess(connectionId, newestSuccess);
    const known = this.histories.get(connectionId) ?? EMPTY_HISTORY;
    this.histories.set(connectionId, { ...known, isComplete: true });
  }

  factsOf(connectionId: string): RunFacts {
    return this.histories.get(connectionId) ?? EMPTY_HISTORY;
  }

  /** Whether the history suffices for a status. */
  hasStatusFacts(connectionId: string): boolean {
    const known = this.histories.get(connectionId) ?? EMPTY_HISTORY;
    if (known.isComplete) return true;
    if (!known.newestSuccess) return false;
    return !needsBaseline(known) || known.newestJobs.filter(isSuccess).length > BASELINE_SUCCESSES;
  }

  openJobs(): readonly string[] {
    return [...this.open.keys()];
  }

  /** Removes a job that no longer exists, with the history of its connection. */
  drop(jobId: string): void {
    const connectionId = this.open.get(jobId);
    this.open.delete(jobId);
    if (connectionId !== undefined) this.histories.delete(connectionId);
  }

  clear(): void {
    this.histories.clear();
    this.open.clear();
  }

  /** Adds a success older than the newest jobs. */
  private addOldSuccess(connectionId: string, success: AirbyteJob): void {
    const known = this.histories.get(connectionId) ?? EMPTY_HISTORY;
    const newestSuccess = newerSuccess(known.newestSuccess, success);
    this.histories.set(connectionId, { ...known, newestSuccess });
  }
}

function insertJob(jobs: readonly AirbyteJob[], job: AirbyteJob): readonly AirbyteJob[] {
  const older = jobs.findIndex(({ jobId }) => !isNewer(jobId, job.jobId));
  const at = older < 0 ? jobs.length : older;
  const rest = jobs[at]?.jobId === job.jobId ? jobs.slice(at + 1) : jobs.slice(at);
  return [...jobs.slice(0, at), job, ...rest].slice(0, NEWEST_JOBS);
}

function newerSuccess(known: AirbyteJob | null, job: AirbyteJob): AirbyteJob | null {
  if (!isSuccess(job)) return known;
  return known && isNewer(known.jobId, job.jobId) ? known : job;
}
