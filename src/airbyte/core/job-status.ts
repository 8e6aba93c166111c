import { AirbyteError } from '../client/model/airbyte-errors';
import type { AirbyteJob } from '../client/model/airbyte-types';

/** Resets and clears are jobs too, but bring no data. */
const BRINGING_DATA = ['sync', 'refresh'];
const ENDED = ['succeeded', 'failed', 'cancelled'];
const UNDER_WAY = ['pending', 'queued', 'running', 'incomplete'];

/** Whether the job is one that brings data, however it went. */
export function bringsData(job: AirbyteJob): boolean {
  return BRINGING_DATA.includes(job.jobType);
}

/** Whether this job brought data: a sync or refresh that ended well. */
export function isSuccess(job: AirbyteJob): boolean {
  return job.status === 'succeeded' && bringsData(job);
}

export function isFailure(job: AirbyteJob): boolean {
  return job.status === 'failed' && bringsData(job);
}

/** Whether nothing more will happen to it. A status that this version has not met counts as not ended. */
export function hasEnded(job: AirbyteJob): boolean {
  return ENDED.includes(job.status);
}

/**
 * The job that is waiting or running. Airbyte runs one at a time, so a status that this version has not met counts only
 * on the newest job: further down it is history.
 */
export function currentJob(newestJobs: readonly AirbyteJob[]): AirbyteJob | null {
  const [newest] = newestJobs;
  if (newest && !hasEnded(newest)) return newest;
  return newestJobs.find((job) => UNDER_WAY.includes(job.status)) ?? null;
}

/** Whether a read of a job failed because there is none: Airbyte answers 409, and 403 on Airbyte Cloud. */
export function isUnknownJob(error: unknown): boolean {
  return error instanceof AirbyteError && ['not_found', 'forbidden', 'conflict'].includes(error.kind);
}
