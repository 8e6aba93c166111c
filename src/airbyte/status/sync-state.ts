import type { AirbyteJob } from '../client/model/airbyte-types';
import { currentJob } from '../core/job-status';
import type { SyncState } from '../core/status-enums';

const STATES: Readonly<Record<string, SyncState>> = {
  pending: 'queued',
  queued: 'queued',
  running: 'running',
  // Between two attempts of one job: Airbyte retries it.
  incomplete: 'running',
};

/** Sync activity derived from the newest jobs. */
export function syncStateOf(newestJobs: readonly AirbyteJob[]): SyncState {
  const job = currentJob(newestJobs);
  return job === null ? 'idle' : (STATES[job.status] ?? 'unknown');
}
