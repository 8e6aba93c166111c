import { AirbyteError } from '../client/model/airbyte-errors';
import type { AirbyteJob } from '../client/model/airbyte-types';
import type { SyncState } from './status-enums';

/**
 * Number of newest jobs that a status needs. Most ingestions have a success among them; without one, Airbyte
 * would have deactivated the connection.
 */
export const NEWEST_JOBS = 40;

/** Job types that move data. Resets and clears do not. */
const BRINGING_DATA = ['sync', 'refresh'];
const ENDED = ['succeeded', 'failed', 'cancelled'];
const UNDER_WAY = ['pending', 'queued', 'running', 'incomplete'];

/** Whether the job moves data, whatever its outcome. */
export function bringsData(job: AirbyteJob): boolean {
  return BRINGING_DATA.includes(job.jobType);
}

/** Whether the job is a successful sync or refresh. */
export function isSuccess(job: AirbyteJob): boolean {
  return job.status === 'succeeded' && bringsData(job);
}

function isFailure(job: AirbyteJob): boolean {
  return job.status === 'failed' && bringsData(job);
}

/** Failed syncs and refreshes since the newest success, newest first. Cancelled ones are ignored. */
export function failuresInARow(newestJobs: readonly AirbyteJob[]): readonly AirbyteJob[] {
  const failures: AirbyteJob[] = [];
  for (const job of newestJobs) {
    if (isSuccess(job)) break;
    if (isFailure(job)) failures.push(job);
  }
  return failures;
}

/** Whether the job is final. An unknown status counts as not ended. */
export function hasEnded(job: AirbyteJob): boolean {
  return ENDED.includes(job.status);
}

/**
 * The waiting or running job. Airbyte runs one at a time, so an unknown status counts only for the newest job.
 */
export function currentJob(newestJobs: readonly AirbyteJob[]): AirbyteJob | null {
  const [newest] = newestJobs;
  if (newest && !hasEnded(newest)) return newest;
  return newestJobs.find((job) => UNDER_WAY.includes(job.status)) ?? null;
}

/** Whether a read failed because the job does not exist. Airbyte answers 409, and Airbyte Cloud 403. */
export function isUnknownJob(error: unknown): boolean {
  return error instanceof AirbyteError && ['not_found', 'forbidden', 'conflict'].includes(error.kind);
}

const SYNC_STATE_BY_STATUS: Readonly<Record<string, SyncState>> = {
  pending: 'queued',
  queued: 'queued',
  running: 'running',
  // Between two attempts of one job: Airbyte retries it.
  incomplete: 'running',
};

/** Sync activity derived from the newest jobs. */
export function syncStateOf(newestJobs: readonly AirbyteJob[]): SyncState {
  const job = currentJob(newestJobs);
  return job === null ? 'idle' : (SYNC_STATE_BY_STATUS[job.status] ?? 'unknown');
}
