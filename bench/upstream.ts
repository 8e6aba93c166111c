import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Stands for an Airbyte that does nothing but answer, after a delay that its parent sets. Measured with every contender
 * alike, it has to be cheap: nothing is stored, ids are whatever was asked for.
 */
export interface UpstreamReport {
  readonly port: number;
  /** Calls answered so far, those for tokens aside. */
  readonly calls: number;
}

const JOBS = JSON.stringify({
  data: [
    job(3, 'running', '2026-01-15T03:00:00Z'),
    job(2, 'succeeded', '2026-01-15T02:00:00Z'),
    job(1, 'failed', '2026-01-15T01:00:00Z'),
  ],
});
const TOKEN = JSON.stringify({ access_token: 'bench', token_type: 'Bearer', expires_in: 86_400 });

let delayMs = 0;
let calls = 0;

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
  if (url.includes('/jobs')) return JOBS;
  return connection(url.endsWith('/connections') ? `new-${calls}` : url.slice(url.lastIndexOf('/') + 1));
}

function connection(id: string): string {
  return JSON.stringify({
    connectionId: id,
    name: 'Orders to warehouse',
    sourceId: '95e66a59-8045-4307-9678-63bc3c9b8c93',
    destinationId: 'e478de0d-a3a0-475c-b019-25f7dd29e281',
    workspaceId: '9924bcd0-99be-453d-ba47-c2c9766f7da5',
    status: 'active',
    schedule: { scheduleType: 'cron', cronExpression: '0 0 2 * * ?' },
    dataResidency: 'auto',
    nonBreakingSchemaUpdatesBehavior: 'ignore',
    namespaceDefinition: 'destination',
    namespaceFormat: null,
    prefix: '',
    configurations: { streams: [{ name: 'orders', syncMode: 'full_refresh_overwrite' }] },
    createdAt: 1_768_442_400,
    tags: [],
  });
}

function job(jobId: number, status: string, startTime: string): Record<string, unknown> {
  return {
    jobId,
    status,
    jobType: 'sync',
    startTime,
    connectionId: 'a',
    lastUpdatedAt: startTime,
    duration: 'PT5M',
    bytesSynced: 1000,
    rowsSynced: 10,
  };
}

server.listen(0, '127.0.0.1', report);

function report(): void {
  const { port } = server.address() as AddressInfo;
  process.send?.({ port, calls } satisfies UpstreamReport);
}

process.on('message', (wanted: { readonly delayMs?: number }) => {
  if (wanted.delayMs !== undefined) delayMs = wanted.delayMs;
  report();
});
process.on('disconnect', () => process.exit());
