import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { parseSettings } from '../../src/config/settings';
import { type RunningGateway, start } from '../../src/start';
import { parseMetrics, valueOf } from '../support/exposition';
import { startGateway, type TestGateway } from '../support/gateway';
import { fault, ScriptedUpstream, WORKSPACE_ID } from '../support/scripted-upstream';
import { until } from '../support/until';

const OTHER_WORKSPACE = '0aaaaaaa-0000-4000-8000-000000000001';
const hash = (key: string): string => createHash('sha256').update(key).digest('hex');
const API_KEYS = [
  `prometheus:metrics:read:${hash('all')}`,
  `team:metrics:read:${hash('team')}:${WORKSPACE_ID}`,
  `etl:ingestion:read:${hash('etl')}`,
].join(',');

let upstream: ScriptedUpstream;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  upstream.clear();
});
afterAll(() => upstream.close());

const open = async (settings: Record<string, string> = {}): Promise<TestGateway> => {
  const gateway = await startGateway({ AIRBYTE_API_URL: upstream.url, ...settings });
  closing.push(() => gateway.close());
  return gateway;
};
/** As a user starts it. */
const run = async (settings: Record<string, string>): Promise<RunningGateway> => {
  const environment = { PORT: '0', LOG_LEVEL: 'silent', AIRBYTE_API_URL: upstream.url, ...settings };
  const gateway = await start(parseSettings(environment));
  closing.push(() => gateway.close());
  return gateway;
};
const get = (url: string, headers: Record<string, string> = {}): Promise<Response> => fetch(url, { headers });
const scrape = async (url: string, key = ''): Promise<ReturnType<typeof parseMetrics>> => {
  const response = await get(`${url}/metrics`, { 'x-api-key': key });
  expect(response.status).toBe(200);
  return parseMetrics(await response.text());
};

describe('GET /metrics', () => {
  it('needs a credential with the scope metrics:read where callers are configured', async () => {
    const { url } = await open({ API_KEYS });
    expect((await get(`${url}/metrics`)).status).toBe(401);
    expect((await get(`${url}/metrics`, { 'x-api-key': 'etl' })).status).toBe(403);
    expect((await get(`${url}/metrics`, { 'x-api-key': 'all' })).status).toBe(200);
    expect(upstream.requests).toEqual([]);
  });

  it('shows a key of one workspace only the ingestions of its workspace', async () => {
    const own = upstream.state.addConnection({ name: 'ours' });
    upstream.state.addConnection({ name: 'theirs', workspaceId: OTHER_WORKSPACE });
    const { url } = await open({ API_KEYS, FEED_INTERVAL_MS: '100' });
    const namesFor = async (key: string): Promise<(string | undefined)[]> =>
      (await scrape(url, key))
        .filter(({ name }) => name === 'airbyte_ingestion_info')
        .map(({ labels }) => labels['name']);
    await until('the mirror to be loaded', async () => (await namesFor('all')).length === 2);
    expect(await namesFor('team')).toEqual([own.name]);
    const seen = await (await get(`${url}/metrics`, { 'x-api-key': 'team' })).text();
    expect(seen).not.toContain(OTHER_WORKSPACE);
  });

  it('is not on the main port beyond loopback without callers', async () => {
    const gateway = await run({ HOST: '0.0.0.0', AUTH: 'off' });
    const response = await get(`${gateway.url}/metrics`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      code: 'route-not-found',
      detail: expect.stringContaining('METRICS_PORT'),
    });
  });

  it.each([
    ['*/*', 'text/plain; version=0.0.4; charset=utf-8'],
    [
      'application/openmetrics-text;version=1.0.0,text/plain;q=0.5',
      'application/openmetrics-text; version=1.0.0; charset=utf-8',
    ],
    [
      'application/openmetrics-text;version=0.0.1;q=0.9,text/plain;version=0.0.4;q=0.5',
      'text/plain; version=0.0.4; charset=utf-8',
    ],
    ['application/openmetrics-text;q=0.1,text/plain', 'text/plain; version=0.0.4; charset=utf-8'],
  ])('answers Accept: %s with %s', async (accept, type) => {
    const { url } = await open();
    const response = await get(`${url}/metrics`, { accept });
    expect(response.headers.get('content-type')).toBe(type);
    const body = await response.text();
    const counter = 'airbyte_gateway_mirror_reloads';
    parseMetrics(body);
    expect(body.endsWith('# EOF\n')).toBe(type.startsWith('application'));
    expect(body).not.toContain(`${counter} `);
  });

  it('names counters as the format requires', async () => {
    const { url } = await open({ FEED_INTERVAL_MS: '60000' });
    const name = 'airbyte_gateway_mirror_reloads';
    const plain = await (await get(`${url}/metrics`)).text();
    expect(plain).toContain(`# TYPE ${name}_total counter\n${name}_total 0\n`);
    const accept = 'application/openmetrics-text; version=1.0.0';
    const open1 = await (await get(`${url}/metrics`, { accept })).text();
    expect(open1).toContain(`# TYPE ${name} counter\n${name}_total 0\n`);
    expect(await (await get(`${url}/metrics`)).text()).toContain(`# TYPE ${name}_total counter\n`);
  });
});

describe('METRICS_PORT', () => {
  it('serves the metrics and nothing else, without authentication, and the main port no more', async () => {
    const gateway = await run({ API_KEYS, METRICS_PORT: '0' });
    const metricsUrl = gateway.metricsUrl ?? '';
    expect((await get(metricsUrl)).status).toBe(200);
    for (const path of ['/ingestion', '/health/ready', '/'])
      expect((await get(new URL(path, metricsUrl).href)).status).toBe(404);
    const moved = await get(`${gateway.url}/metrics`, { 'x-api-key': 'all' });
    expect(moved.status).toBe(404);
    expect(await moved.json()).toMatchObject({ detail: expect.stringContaining('METRICS_PORT') });
    expect((await get(`${gateway.url}/metrics`)).status).toBe(401);
  });

  it('accepts only loopback names on loopback, also where callers are configured', async () => {
    const gateway = await run({ API_KEYS, METRICS_PORT: '0' });
    const { port } = new URL(gateway.metricsUrl ?? '');
    const status = (host: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const sent = httpRequest({ port, path: '/metrics', headers: { host } }, (response) => {
          text(response).then(() => {
            resolve(response.statusCode);
          }, reject);
        });
        sent.on('error', reject);
        sent.end();
      });
    expect(await status(`localhost:${port}`)).toBe(200);
    expect(await status('attacker.example')).toBe(421);
  });

  it('that is taken or that is PORT stops the start with its name', async () => {
    const first = await run({ METRICS_PORT: '0' });
    const { port } = new URL(first.metricsUrl ?? '');
    await expect(run({ METRICS_PORT: port })).rejects.toThrow(/METRICS_PORT/);
    expect(() => parseSettings({ PORT: '4000', METRICS_PORT: '4000' })).toThrow(
      /METRICS_PORT must not be PORT/,
    );
  });
});

describe('the metrics of requests', () => {
  const DURATION = 'http_server_request_duration_seconds_count';

  it('have the internal errors from the beginning, so that Prometheus sees the first one', async () => {
    const { url } = await open();
    const labels = { code: 'internal-error' };
    expect(valueOf(await scrape(url), 'airbyte_gateway_problems_total', labels)).toBe(0);
  });

  it('have route, method and status class, and no path of a caller', async () => {
    const { connectionId } = upstream.state.addConnection();
    const { url } = await open();
    await get(`${url}/ingestion/${connectionId}`);
    await get(`${url}/ingestion/unknown`);
    await get(`${url}/no/such/path`);
    const samples = await until('the requests to be counted', async () => {
      const found = await scrape(url);
      return valueOf(found, 'airbyte_gateway_problems_total', { code: 'route-not-found' }) === 1 && found;
    });
    const labels = { http_request_method: 'GET', http_route: '/ingestion/:connectionId' };
    expect(valueOf(samples, DURATION, { ...labels, http_response_status_class: '2xx' })).toBe(1);
    expect(valueOf(samples, DURATION, { ...labels, http_response_status_class: '4xx' })).toBe(1);
    expect(valueOf(samples, DURATION, { http_route: 'unmatched', http_response_status_class: '4xx' })).toBe(
      1,
    );
    expect(valueOf(samples, 'airbyte_gateway_problems_total', { code: 'ingestion-not-found' })).toBe(1);
    expect(JSON.stringify(samples)).not.toContain('no/such');
  });

  it('keep long polls apart', async () => {
    const { connectionId } = upstream.state.addConnection();
    const job = upstream.state.addJob({ connectionId, status: 'running' });
    const { url } = await open();
    await get(`${url}/ingestion/${connectionId}/runs/${job.jobId}?wait=1`);
    const samples = await until('the long poll to be counted', async () => {
      const found = await scrape(url);
      return (
        valueOf(found, 'airbyte_gateway_held_request_duration_seconds_count', { kind: 'long_poll' }) === 1 &&
        found
      );
    });
    expect(
      valueOf(samples, DURATION, { http_route: '/ingestion/:connectionId/runs/:runId' }),
    ).toBeUndefined();
  });

  it('have what was known of an Idempotency-Key', async () => {
    const { url } = await open();
    const headers = { 'idempotency-key': 'metrics', 'content-type': 'application/json' };
    const body = JSON.stringify({
      name: 'Orders',
      sourceId: [...upstream.state.sources.keys()][0],
      destinationId: [...upstream.state.destinations.keys()][0],
    });
    for (let sent = 0; sent < 2; sent++) await fetch(`${url}/ingestion`, { method: 'POST', headers, body });
    const samples = await scrape(url);
    const results = ['new', 'answered'].map((result) =>
      valueOf(samples, 'airbyte_gateway_idempotency_keys_total', { result }),
    );
    expect(results).toEqual([1, 1]);
  });
});

describe('the metrics of Airbyte', () => {
  const CALLS = 'http_client_request_duration_seconds_count';

  it('have the operation, the status class and the kind of failure', async () => {
    const { connectionId } = upstream.state.addConnection();
    const { url } = await open({ AIRBYTE_TIMEOUT_MS: '1000' });
    await get(`${url}/ingestion/${connectionId}`);
    await get(`${url}/ingestion/00000000-0000-4000-8000-000000000000`);
    upstream.on('GET /connections/:id', () => fault('reset'));
    await get(`${url}/ingestion/${connectionId}`);
    const samples = await scrape(url);
    const operation = 'getConnection';
    const ok = { operation, http_response_status_class: '2xx', error_type: '' };
    expect(valueOf(samples, CALLS, ok)).toBe(1);
    const dropped = { operation, http_response_status_class: 'none', error_type: 'dropped' };
    expect(valueOf(samples, CALLS, dropped)).toBeGreaterThan(0);
    expect(valueOf(samples, CALLS, { operation, http_response_status_class: '4xx' })).toBe(1);
  });

  it('show an outage, its end, and the circuit breaker', async () => {
    const { connectionId } = upstream.state.addConnection();
    const { url } = await open({ AIRBYTE_TIMEOUT_MS: '500' });
    const state = async (): Promise<unknown[]> => {
      const samples = await scrape(url);
      return [
        valueOf(samples, 'airbyte_gateway_airbyte_up'),
        valueOf(samples, 'airbyte_gateway_circuit_open'),
      ];
    };
    expect(await state()).toEqual([1, 0]);
    await upstream.refuse();
    await until('the circuit to open', async () => {
      await get(`${url}/ingestion/${connectionId}`);
      return (await state()).join() === '0,1';
    });
    await upstream.listen();
    await until('the circuit to close', async () => {
      await get(`${url}/ingestion/${connectionId}`);
      return (await state()).join() === '1,0';
    });
  });

  it('show the clock skew and the lifetime of the token', async () => {
    upstream.state.clockAheadMs = 100_000;
    const { connectionId } = upstream.state.addConnection();
    const { url } = await open({ AIRBYTE_CLIENT_ID: 'gateway', AIRBYTE_CLIENT_SECRET: 'secret' });
    expect(valueOf(await scrape(url), 'airbyte_gateway_token_lifetime_seconds')).toBeUndefined();
    await get(`${url}/ingestion/${connectionId}`);
    const samples = await scrape(url);
    expect(valueOf(samples, 'airbyte_gateway_clock_skew_seconds')).toBeGreaterThan(90);
    expect(valueOf(samples, 'airbyte_gateway_token_lifetime_seconds')).toBeGreaterThan(0);
  });
});
