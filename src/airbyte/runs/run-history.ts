import type { RequestContext } from '../../http/request-context';
import { validationFailed } from '../../api/problem/problem.exception';
import type { TokenSigner } from '../../lib/token-signer';
import type { AirbyteClient } from '../client/airbyte.client';
import type { AirbyteJob, ListJobsQuery } from '../client/model/airbyte-types';

export interface JobPage {
  readonly jobs: readonly AirbyteJob[];
  readonly nextPageToken: string | null;
}

interface RunPosition {
  readonly offset: number;
  readonly lastJobId: bigint;
}

/**
 * Reads one page of jobs, newest first. New jobs shift older ones between pages, so the token contains the last
 * job id and known jobs are skipped. Airbyte's job ids ascend.
 */
export async function readJobPage(
  client: AirbyteClient,
  query: Omit<ListJobsQuery, 'limit' | 'offset'>,
  page: { readonly size: number; readonly token: string | null; readonly signer: TokenSigner },
  context: RequestContext,
): Promise<JobPage> {
  const purpose = `runs ${query.connectionId ?? ''}`;
  const start = page.token === null ? null : parseToken(page.token, purpose, page.signer);
  const seen = new Set<string>();
  const jobs: AirbyteJob[] = [];
  let offset = start?.offset ?? 0;
  for (;;) {
    const rows = await client.listJobs({ ...query, limit: page.size, offset }, context);
    const before = seen.size;
    for (const job of rows) {
      offset += 1;
      seen.add(job.jobId);
      if (start && BigInt(job.jobId) >= start.lastJobId) continue;
      jobs.push(job);
      if (jobs.length === page.size) {
        const position = `${offset}-${job.jobId}`;
        return { jobs, nextPageToken: `${position}-${page.signer.sign(purpose, position)}` };
      }
    }
    offset += rows.received - rows.length;
    // A full page without a new job comes from a server that ignores the offset.
    const isStuck = rows.length > 0 && seen.size === before;
    if (rows.received < page.size || isStuck) return { jobs, nextPageToken: null };
  }
}

/** @throws ProblemException `validation-failed` for a token that this API did not issue for these runs */
function parseToken(token: string, purpose: string, signer: TokenSigner): RunPosition {
  const [, position = '', offset = '', lastJobId = '', signature = ''] = TOKEN.exec(token) ?? [];
  if (signer.verify(purpose, position, signature))
    return { offset: Number(offset), lastJobId: BigInt(lastJobId) };
  throw validationFailed([
    {
      field: 'pageToken',
      reason: 'is not a page token of these runs',
      hint: 'Send the nextPageToken of the page before, unchanged.',
    },
  ]);
}

const TOKEN = /^((\d+)-(\d+))-(.+)$/;
