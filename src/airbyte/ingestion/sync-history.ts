import type { AirbyteClient } from '../client/airbyte.client';
import type { AirbyteJob } from '../client/airbyte.types';
import type { RequestContext } from '../../common/http/request-context';

/** How many of the newest jobs are read to begin with; most ingestions have a success among them. */
export const NEWEST_JOBS = 20;
const PAGE = 100;

/** Resets and clears are jobs too, but bring no data. */
const SYNCING_JOB_TYPES = ['sync', 'refresh'];

/** Whether this job brought data: a sync or refresh that ended well. */
export function isSuccess(job: AirbyteJob): boolean {
  return job.status === 'succeeded' && SYNCING_JOB_TYPES.includes(job.jobType);
}

/**
 * The newest success. `newest` are the newest jobs; when none of them is one, history is read on, successes only,
 * page by page until a sync or refresh is found or history ends.
 */
export async function newestSuccess(
  client: AirbyteClient,
  connectionId: string,
  newest: readonly AirbyteJob[],
  context: RequestContext,
): Promise<AirbyteJob | null> {
  const found = newest.find(isSuccess);
  if (found) return found;
  if (newest.length < NEWEST_JOBS) return null;
  for (let offset = 0; ; offset += PAGE) {
    const page = await client.listJobs({ connectionId, status: 'succeeded', limit: PAGE, offset }, context);
    const success = page.find(isSuccess);
    if (success) return success;
    if (page.length < PAGE) return null;
  }
}
