import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { parseSettings } from '../../src/config/settings';
import { systemClock } from '../../src/lib/clock';
import { createLogger } from '../../src/lib/logger';
import { createApp } from '../../src/start';
import { GatewayProcess } from '../support/gateway-process';
import { DESTINATION_ID, ScriptedUpstream, SOURCE_ID } from '../support/scripted-upstream';
import { until } from '../support/until';

type Line = Readonly<Record<string, unknown>>;

let upstream: ScriptedUpstream;
let app: NestFastifyApplication | null = null;
const lines: Line[] = [];

beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
});
afterEach(async () => {
  await app?.close();
  app = null;
  lines.length = 0;
  upstream.clear();
});
afterAll(() => upstream.close());

const open = async (level: 'info' | 'debug', variables: Record<string, string> = {}): Promise<string> => {
  const settings = parseSettings({
    AIRBYTE_API_URL: upstream.url,
    PORT: '0',
    FEED_INTERVAL_MS: '0',
    ...variables,
  });
  const airbyte = { ...settings.airbyte, apiUrl: upstream.url };
  const logger = createLogger(level, { write: (line) => void lines.push(JSON.parse(line) as Line) });
  app = await createApp({ ...settings, airbyte }, systemClock, logger);
  await app.listen(0, '127.0.0.1');
  return app.getUrl();
};
const requestLines = (): Line[] => lines.filter(({ msg }) => msg === 'request');
const requestLine = (): Promise<Line> =>
  until('the line of the request', () => requestLines().at(-1) ?? false);

it('has caller, route, ids, and the time that Airbyte took, in the line of a request', async () => {
  const { connectionId } = upstream.state.addConnection();
  const job = upstream.state.addJob({
    connectionId,
    status: 'succeeded',
    lastUpdatedAt: '2026-01-15T02:07Z',
  });
  const sha256 = createHash('sha256').update('a key').digest('hex');
  const url = await open('info', { API_KEYS: `etl:ingestion:read:${sha256}` });
  const headers = { 'x-api-key': 'a key', 'x-request-id': 'abc' };
  expect((await fetch(`${url}/ingestion/${connectionId}/runs/${job.jobId}`, { headers })).status).toBe(200);
  const line = await requestLine();
  expect(line).toMatchObject({
    reqId: 'abc',
    method: 'GET',
    route: '/ingestion/:connectionId/runs/:runId',
    caller: 'key:etl',
    connectionId,
    runId: String(job.jobId),
    status: 200,
  });
  expect(line['upstreamCalls']).toBe(upstream.requests.length);
  expect(line['upstreamMs']).toEqual(expect.any(Number));
  expect(line['upstreamCalls']).toBeGreaterThan(0);
});

it('has the code of a problem, and no caller without callers', async () => {
  const url = await open('info');
  await fetch(`${url}/no/such/path`);
  const line = await requestLine();
  expect(line).toMatchObject({ status: 404, code: 'route-not-found' });
  expect(line).not.toHaveProperty('caller');
  expect(line).not.toHaveProperty('upstreamCalls');
});

it('has the ids that a request created', async () => {
  const { connectionId } = upstream.state.addConnection();
  const url = await open('info');
  const started = await fetch(`${url}/ingestion/${connectionId}/runs`, { method: 'POST' });
  const { runId } = (await started.json()) as { runId: string };
  expect(await requestLine()).toMatchObject({ connectionId, runId });
});

it('has no lines for probes and scrapes', async () => {
  const url = await open('info');
  for (const path of ['/health/live', '/health/ready', '/metrics', '/capabilities']) await fetch(url + path);
  await until('the line of the last request', () => requestLines().length > 0);
  expect(requestLines().map(({ route }) => route)).toEqual(['/capabilities']);
});

it('has each request to Airbyte with level debug, with the request id of the caller', async () => {
  const { connectionId } = upstream.state.addConnection();
  const url = await open('debug');
  await fetch(`${url}/ingestion/${connectionId}`, { headers: { 'x-request-id': 'abc' } });
  await requestLine();
  expect(lines.filter(({ msg }) => msg === 'call to Airbyte')).toEqual([
    expect.objectContaining({
      level: 20,
      reqId: 'abc',
      operation: 'getConnection',
      method: 'GET',
      path: `/connections/${connectionId}`,
      attempt: 1,
      status: 200,
      durationMs: expect.any(Number),
    }),
  ]);
});

it('is JSON from the first line on, and lines about jobs of the embedded Airbyte have the ids', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'log-'));
  const gateway = await GatewayProcess.start({ DATA_DIR: dataDir });
  const connectionId = 'conn-12345678-1234-1234-1234-123456789012';
  await fetch(`${gateway.url}/ingestion/${connectionId}/runs`, { method: 'POST' });
  await until('the end of the job', () => gateway.output.includes('succeeded: '));
  await gateway.kill('SIGTERM');
  const written = gateway.output
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  expect(written.find(({ msg }) => String(msg).startsWith('Airbyte Ingestion API: '))).toMatchObject({
    url: gateway.url,
    docs: `${gateway.url}/docs`,
  });
  expect(written.find(({ msg }) => String(msg).includes('succeeded: '))).toMatchObject({
    connectionId,
    runId: '1',
  });
  await rm(dataDir, { recursive: true, force: true });
});

describe('the trace id', () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01`, 'x-request-id': 'abc' };
  const outage = (): Promise<Line> =>
    until(
      'the line of the outage',
      () => lines.find(({ msg }) => String(msg).startsWith('Airbyte is down')) ?? false,
    );

  it('is in each line of a request', async () => {
    const { connectionId } = upstream.state.addConnection();
    const url = await open('debug');
    await fetch(`${url}/ingestion/${connectionId}`, { headers });
    await fetch(`${url}/ingestion/unknown`, { headers });
    await until('both lines of the requests', () => requestLines().length === 2);
    const own = lines.filter(({ reqId }) => reqId === 'abc');
    expect(own.length).toBeGreaterThan(3);
    expect(new Set(own.map(({ trace_id }) => trace_id))).toEqual(new Set([traceId]));
  });

  it.each([
    ['with a body', 'POST', '/ingestion'],
    ['without a body', 'GET', '/ingestion/unknown'],
  ])('is in the lines about Airbyte that a request %s causes', async (_, method, path) => {
    const url = await open('info');
    await upstream.refuse();
    const body = JSON.stringify({ name: 'n', sourceId: SOURCE_ID, destinationId: DESTINATION_ID });
    await fetch(url + path, {
      method,
      headers: { ...headers, ...(method === 'POST' && { 'content-type': 'application/json' }) },
      ...(method === 'POST' && { body }),
    });
    const line = await outage();
    await upstream.listen();
    expect(line).toMatchObject({ context: 'Airbyte', trace_id: traceId });
  });

  it('is not in the lines of what goes on after the request', async () => {
    const { connectionId } = upstream.state.addConnection();
    const url = await open('info', { FEED_INTERVAL_MS: '50' });
    await fetch(`${url}/ingestion/${connectionId}/status`, { headers });
    await requestLine();
    await upstream.refuse();
    const line = await outage();
    await upstream.listen();
    expect(line).not.toHaveProperty('trace_id');
  });
});
