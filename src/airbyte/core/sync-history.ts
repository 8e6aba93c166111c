import type { AirbyteClient } from '../client/airbyte.client';
import type { AirbyteJob, CallContext } from '../client/model/airbyte-types';
import { PAGE_LIMIT } from '../client/model/paging';
import type { Page } from '../client/model/parse';
import type { RunFacts } from './status-facts';
import { isSuccess } from './job-status';

/**
 * How many of the newest jobs are read to begin with. Most ingestions have a success among them, and those that have
 * none have failed more often in a row than Airbyte lets them.
 */
export const NEWEST_JOBS = 40;

/** The newest jobs of a connection and its newest success: one call upstream in the usual case. */
export async function readRunFacts(
  client: AirbyteClient,
  connectionId: string,
  context: CallContext,
): Promise<RunFacts> {
  const newestJobs = await readNewestJobs(client, connectionId, context);
  return { newestJobs, newestSuccess: await newestSuccess(client, connectionId, newestJobs, context) };
}

export function readNewestJobs(
  client: AirbyteClient,
  connectionId: string,
  context: CallContext,
): Promise<Page<AirbyteJob>> {
  return client.listJobs({ connectionId, limit: NEWEST_JOBS, offset: 0 }, context);
}

/**
 * The newest success. `newest` are the newest jobs; when none of them is one, history is read on, successes only,
 * page by page until a sync or refresh is found or history ends.
 */
export async function newestSuccess(
  client: AirbyteClient,
  connectionId: string,
  newest: Page<AirbyteJob>,
  context: CallContext,
): Promise<AirbyteJob | null> {
  const found = newest.find(isSuccess);
  if (found) return found;
  if (newest.received < NEWEST_JOBS) return null;
  const seen = new Set<string>();
  for (let offset = 0; ; offset += PAGE_LIMIT) {
    const page = await client.listJobs(
      { connectionId, status: 'succeeded', limit: PAGE_LIMIT, offset },
      context,
    );
    const success = page.find(isSuccess);
    if (success) return success;
    // A full page without a new job comes from a server that ignores the offset.
    const fresh = page.filter(({ jobId }) => !seen.has(jobId));
    if (page.received < PAGE_LIMIT || (page.length > 0 && fresh.length === 0)) return null;
    for (const { jobId } of fresh) seen.add(jobId);
  }
}
