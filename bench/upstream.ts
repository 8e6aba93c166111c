import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  connection,
  connectionPage,
  job,
  jobPage,
  newestJob,
  type NewestJob,
  newestJobId,
  type Population,
} from './population';

/**
 * Stands for an Airbyte that does nothing but answer, after a delay that its parent sets. Measured with every contender
 * alike, it has to be cheap: nothing is stored. Ids are whatever was asked for. Those of its population are in its lists too.
 */
export interface UpstreamReport {
  readonly port: number;
  /** Calls answered so far, those for tokens aside. */
  readonly calls: number;
}

/** Every member may be absent: it stays as it is. */
export interface UpstreamChange {
  readonly delayMs?: number;
  readonly population?: Population;
  /** Null: it never was. */
  readonly newestJob?: 'starts' | 'ends' | null;
}

const JOBS = `{"data":[${[
  job(3, 'a', 'running', '2026-01-15T03:00:00Z', null),
  job(2, 'a', 'succeeded', '2026-01-15T02:00:00Z', '2026-01-15T02:00:00Z'),
  job(1, 'a', 'failed', '2026-01-15T01:00:00Z', '2026-01-15T01:00:00Z'),
].join(',')}]}`;
const TOKEN = JSON.stringify({ access_token: 'bench', token_type: 'Bearer', expires_in: 86_400 });

let delayMs = 0;
let calls = 0;
let population: Population = { connections: 0, jobsEach: 0 };
let newest: NewestJob | null = null;

const server = createServer((request, response) => {
  const url = request.url ?? '';
  request.resume().on('end', () => {
    const body = bodyFor(url);
    const answer = (): void => {
      response
        .writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
        .end(body);
    };
    if (delayMs === 0) answer();
    else setTimeout(answer, delayMs);
  });
});

function bodyFor(url: string): string {
  if (url.includes('/applications/token')) return TOKEN;
  calls++;
  const { pathname, searchParams } = new URL(url, 'http://upstream');
  const last = pathname.slice(pathname.lastIndexOf('/') + 1);
  if (last === 'jobs') {
    const id = searchParams.get('connectionId');
    return id !== null && !id.startsWith('known-') ? JOBS : jobPage(population, newest, searchParams);
  }
  if (pathname.includes('/jobs/'))
    return newest && last === String(newestJobId(population)) ? newestJob(population, newest) : JOBS;
  if (last !== 'connections') return connection(last);
  return url.includes('?') ? connectionPage(population, searchParams) : connection(`new-${calls}`);
}

server.listen(0, '127.0.0.1', report);

function report(): void {
  const { port } = server.address() as AddressInfo;
  process.send?.({ port, calls } satisfies UpstreamReport);
}

process.on('message', (wanted: UpstreamChange) => {
  delayMs = wanted.delayMs ?? delayMs;
  population = wanted.population ?? population;
  if (wanted.newestJob === null) newest = null;
  else if (wanted.newestJob !== undefined)
    newest = { isRunning: wanted.newestJob === 'starts', changedAt: new Date().toISOString() };
  report();
});
process.on('disconnect', () => process.exit());
