import type { AirbyteClient } from '../client/airbyte.client';
import type { AirbyteJob, CallContext } from '../client/model/airbyte-types';
import { PAGE_LIMIT } from '../client/model/paging';
import type { Page } from '../client/model/parse';
import type { RunFacts } from './status-facts';
import { isSuccess } from './job-status';

/**
 * Number of newest jobs read first. Most ingestions have a success among them; without one, Airbyte would have
 * deactivated the connection.
 */
export const NEWEST_JOBS = 40;

/** Reads the newest jobs and the newest success, usually with one upstream call. */
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
 * Finds the newest successful sync or refresh. If `newest` contains none, reads the history of successes page
 * by page.
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
