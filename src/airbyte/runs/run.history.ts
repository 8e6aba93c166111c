import type { RequestContext } from '../../common/http/request-context';
import type { AirbyteClient } from '../client/airbyte.client';
import type { AirbyteJob, ListJobsQuery } from '../client/airbyte.types';

/** A page of jobs and where the next one begins. */
export interface JobPage {
  readonly jobs: readonly AirbyteJob[];
  readonly nextPageToken: string | null;
}

interface Position {
  readonly offset: number;
  readonly lastJobId: bigint;
}

/**
 * One page of jobs, newest first. New jobs push older ones down while somebody walks the pages, so a token says which
 * job was seen last: jobs that were shown are not shown again. Airbyte's job ids grow with time.
 */
export async function readJobPage(
  client: AirbyteClient,
  query: Omit<ListJobsQuery, 'limit' | 'offset'>,
  page: { readonly size: number; readonly token: string | null },
  context: RequestContext,
): Promise<JobPage> {
  const start = page.token === null ? null : parseToken(page.token);
  const jobs: AirbyteJob[] = [];
  let offset = start?.offset ?? 0;
  for (;;) {
    const rows = await client.listJobs({ ...query, limit: page.size, offset }, context);
    for (const job of rows) {
      offset += 1;
      if (start && BigInt(job.jobId) >= start.lastJobId) continue;
      jobs.push(job);
      if (jobs.length === page.size) return { jobs, nextPageToken: tokenAfter(job, offset) };
    }
    if (rows.length < page.size) return { jobs, nextPageToken: null };
  }
}

function parseToken(token: string): Position {
  const [offset, lastJobId] = token.split('-');
  return { offset: Number(offset), lastJobId: BigInt(lastJobId ?? '0') };
}

function tokenAfter(job: AirbyteJob, offset: number): string {
  return `${offset}-${job.jobId}`;
}
