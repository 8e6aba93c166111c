import type { AirbyteJob } from '../client/model/airbyte-types';
import { hasEnded, isSuccess, NEWEST_JOBS } from '../core/job-status';
import type { RunFacts } from '../core/status-facts';

/** The newest jobs of one connection, newest first, as far as they were read. */
export interface JobHistory extends RunFacts {
  /** True if these are the newest 40 jobs with the newest success of all, or all jobs. */
  readonly isComplete: boolean;
  /** True if an unread job may lie between the known ones. */
  readonly hasGap: boolean;
}

const UNREAD: JobHistory = { newestJobs: [], newestSuccess: null, isComplete: false, hasGap: false };

/** History of a connection from a read of its newest jobs. */
export function completeHistory({ newestJobs, newestSuccess }: RunFacts): JobHistory {
  const sorted = [...newestJobs].sort((a, b) => (isNewer(a, b) ? -1 : 1));
  return { newestJobs: sorted, newestSuccess, isComplete: true, hasGap: false };
}

/** History of a connection after the last job of all was read. */
export function withoutGap(history: JobHistory = UNREAD): JobHistory {
  return history.isComplete ? history : { ...history, isComplete: true, hasGap: false };
}

/**
 * Whether the history suffices for a status. An incomplete one does if it contains the newest success: older
 * jobs matter only to the rule about successes without rows.
 */
export function isSufficient({ isComplete, hasGap, newestSuccess }: JobHistory): boolean {
  return isComplete || (!hasGap && newestSuccess !== null && newestSuccess.rowsSynced !== 0);
}

/** Adds a job of the walk from the newest to the oldest job. */
export function withOlderJob(history: JobHistory = UNREAD, job: AirbyteJob): JobHistory {
  if (history.isComplete) return history;
  const longer = insert(history, job);
  const isFull = longer.newestJobs.length >= NEWEST_JOBS && longer.newestSuccess !== null;
  return isFull && !longer.hasGap ? { ...longer, isComplete: true } : longer;
}

/** Adds or updates a job of the change feed. */
export function withChangedJob(history: JobHistory = UNREAD, job: AirbyteJob): JobHistory {
  const { newestJobs, isComplete } = history;
  if (isComplete || newestJobs.some(({ jobId }) => jobId === job.jobId)) return insert(history, job);
  const oldest = newestJobs.at(-1);
  // The walk will read it, as it is then.
  if (oldest && isNewer(oldest, job)) return history;
  const [newest] = newestJobs;
  const isNext = newest !== undefined && isNewer(job, newest);
  return { ...insert(history, job), hasGap: history.hasGap || !isNext };
}

/**
 * Whether a later report contradicts the history: a job keeps its creation time, and its state once it has
 * ended. Airbyte was then restored or installed anew, and job ids have restarted.
 */
export function contradicts({ newestJobs }: JobHistory, job: AirbyteJob): boolean {
  const known = newestJobs.find(({ jobId }) => jobId === job.jobId);
  if (!known) return false;
  return known.startTimeMs !== job.startTimeMs || (hasEnded(known) && !hasEnded(job));
}

/** Airbyte lists jobs by their creation. Ids ascend, which decides within one second. */
export function isNewer(a: AirbyteJob, b: AirbyteJob): boolean {
  if (a.startTimeMs !== b.startTimeMs) return a.startTimeMs > b.startTimeMs;
  return a.jobId.length === b.jobId.length ? a.jobId > b.jobId : a.jobId.length > b.jobId.length;
}

function insert(history: JobHistory, job: AirbyteJob): JobHistory {
  const others = history.newestJobs.filter(({ jobId }) => jobId !== job.jobId);
  const found = others.findIndex((other) => isNewer(job, other));
  const at = found < 0 ? others.length : found;
  const newestJobs = at >= NEWEST_JOBS ? others : others.toSpliced(at, 0, job).slice(0, NEWEST_JOBS);
  return { ...history, newestJobs, newestSuccess: newerSuccess(history.newestSuccess, job) };
}

function newerSuccess(known: AirbyteJob | null, job: AirbyteJob): AirbyteJob | null {
  if (!isSuccess(job)) return known;
  return known && known.jobId !== job.jobId && isNewer(known, job) ? known : job;
}
