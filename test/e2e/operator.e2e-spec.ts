import { createHash } from 'node:crypto';
import { startGateway, type TestGateway } from '../support/gateway';
import { ScriptedUpstream, WORKSPACE_ID } from '../support/scripted-upstream';
import { until } from '../support/until';

const hash = (key: string): string => createHash('sha256').update(key).digest('hex');
const API_KEYS = [
  `ops:operator:read:${hash('ops')}`,
  `team:operator:read+ingestion:read:${hash('team')}:${WORKSPACE_ID}`,
  `etl:ingestion:read:${hash('etl')}`,
].join(',');

interface Report {
  readonly airbyte: {
    readonly isUp: boolean;
    readonly circuit: string;
    readonly newestCalls: {
      readonly calls: number;
      readonly failures: number;
      readonly p95Ms: number | null;
    };
    readonly clockAheadMs: number;
  };
  readonly queue: { readonly waiting: number; readonly limits: unknown };
  readonly mirror: { readonly connections: number } | null;
  readonly redis: unknown;
  readonly disk: unknown;
  readonly callers: readonly {
    readonly caller: string;
    readonly requests: number;
    readonly problems: number;
  }[];
  readonly problems: readonly { readonly code: string; readonly count: number; readonly route: string }[];
}

let upstream: ScriptedUpstream;
let gateway: TestGateway;

beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
});
afterEach(async () => {
  await gateway.close();
  upstream.clear();
});
afterAll(() => upstream.close());

const open = async (settings: Record<string, string> = {}): Promise<void> => {
  gateway = await startGateway({ AIRBYTE_API_URL: upstream.url, ...settings });
};
const get = (path: string, key: string): Promise<Response> =>
  fetch(gateway.url + path, { headers: { 'x-api-key': key } });
const report = async (key = ''): Promise<Report> => {
  const response = await get('/operator', key);
  expect(response.status).toBe(200);
  return (await response.json()) as Report;
};

it('needs the scope operator:read, and makes no call to Airbyte', async () => {
  await open({ API_KEYS });
  expect((await get('/operator', '')).status).toBe(401);
  expect((await get('/operator', 'etl')).status).toBe(403);
  expect(await report('ops')).toMatchObject({
    airbyte: { isUp: true, circuit: 'closed', newestCalls: { calls: 0, failures: 0, p95Ms: null } },
    queue: { waiting: 0, limits: { waiting: 1000, running: 3, creates: 2, starts: 2 } },
    mirror: null,
    redis: null,
    disk: null,
  });
  expect(upstream.requests).toEqual([]);
});

it('lists callers and the newest problem of each code, and shows a team only its own requests', async () => {
  await open({ API_KEYS });
  await get('/ingestion/unknown', 'etl');
  await get('/ingestion', 'team');
  const seen = await until('the requests to be counted', async () => {
    const found = await report('ops');
    return found.callers.some(({ caller }) => caller === 'key:team') && found;
  });
  expect(seen.problems).toEqual([
    expect.objectContaining({ code: 'ingestion-not-found', count: 1, route: '/ingestion/:connectionId' }),
  ]);
  const etl = seen.callers.find(({ caller }) => caller === 'key:etl');
  expect(etl).toMatchObject({ requests: 1, problems: 1 });
  expect((await report('team')).callers.map(({ caller }) => caller)).toEqual(['key:team']);
});

it('shows the latency of Airbyte, its clock, an outage and the circuit breaker', async () => {
  await open({ AIRBYTE_TIMEOUT_MS: '500' });
  upstream.state.clockAheadMs = 100_000;
  const { connectionId } = upstream.state.addConnection();
  await get(`/ingestion/${connectionId}`, '');
  const { airbyte } = await report();
  expect(airbyte).toMatchObject({ isUp: true, newestCalls: { calls: 1, failures: 0 } });
  expect(airbyte.newestCalls.p95Ms).toEqual(expect.any(Number));
  expect(airbyte.clockAheadMs).toBeGreaterThan(90_000);
  await upstream.refuse();
  await until('the circuit to open', async () => {
    await get(`/ingestion/${connectionId}`, '');
    const now = await report();
    return now.airbyte.circuit === 'open' && !now.airbyte.isUp && now.airbyte.newestCalls.failures > 0;
  });
  await upstream.listen();
});

it('shows the read model', async () => {
  upstream.state.addConnection();
  await open({ FEED_INTERVAL_MS: '100' });
  await get('/ingestion', '');
  const { mirror } = await until('the mirror to be loaded', async () => {
    const found = await report();
    return found.mirror?.connections === 1 && found;
  });
  expect(mirror).toMatchObject({ unreadConnections: expect.any(Number), isFull: false, reloads: 0 });
});
