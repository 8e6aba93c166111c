import { startGateway, type TestGateway } from '../support/gateway';
import { DESTINATION_ID, fault, ScriptedUpstream, SOURCE_ID } from '../support/scripted-upstream';

const CREATE = 'POST /connections';
const ORDERS = { name: 'Orders', sourceId: SOURCE_ID, destinationId: DESTINATION_ID };
const HOUR_MS = 3_600_000;

let upstream: ScriptedUpstream;
let gateway: TestGateway;

beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
});
beforeEach(async () => {
  upstream.clear();
  gateway = await startGateway({
    AIRBYTE_API_URL: upstream.url,
    AIRBYTE_CREATE_TIMEOUT_MS: '10000',
    AIRBYTE_TIMEOUT_MS: '5000',
    STATUS_MAX_AGE_MS: '0',
    IDEMPOTENCY_DOUBT_MS: '0',
  });
});
afterEach(() => gateway.close());
afterAll(() => upstream.close());

const SKEWS = [-2 * HOUR_MS, -60_000, -5000, -1500, 0, 1500, 3000, 45_000, 2 * HOUR_MS, 48 * HOUR_MS];

describe.each(SKEWS)('with a clock skew of %d ms', (aheadMs) => {
  const send = (): ReturnType<typeof gateway.api.post> =>
    gateway.api.post('/ingestion').set('Idempotency-Key', 'k').send(ORDERS);
  const look = async (): Promise<void> => {
    await gateway.api.get('/sources').expect(200);
  };

  it.each([
    ['a proxy', 'proxyAheadMs'],
    ['Airbyte', 'clockAheadMs'],
  ] as const)('of %s, a creation whose answer was lost is found and not repeated', async (_, clock) => {
    upstream.state[clock] = aheadMs;
    await look();
    upstream.on(CREATE, (request) => fault('reset', upstream.act(request)));
    expect((await send()).status).toBe(201);
    expect((await send()).headers['idempotency-replayed']).toBe('true');
    expect([upstream.count(CREATE), upstream.state.connections.size]).toEqual([1, 1]);
  });
});

it('a single invalid Date header has no effect', async () => {
  await gateway.api.get('/sources').expect(200);
  upstream.state.proxyAheadMs = 7000 * 365 * 24 * HOUR_MS;
  await gateway.api.get('/destinations').expect(200);
  const { body } = await gateway.api.get('/health/ready').expect(200);
  expect(body).toEqual({ status: 'ok' });
});

it('readiness reports that the clock of Airbyte is two days ahead, and statuses use that clock', async () => {
  upstream.state.clockAheadMs = 48 * HOUR_MS;
  const now = upstream.state.now();
  const daily = { scheduleType: 'cron', cronExpression: '0 0 0 * * ? UTC' };
  const { connectionId } = upstream.state.addConnection({ schedule: daily });
  const ended = new Date(now.getTime() - 60_000).toISOString();
  upstream.state.addJob({
    connectionId,
    startTime: ended,
    lastUpdatedAt: ended,
    rowsSynced: 1,
    bytesSynced: 1,
  });
  await gateway.api.get('/sources').expect(200);
  const status = await gateway.api.get(`/ingestion/${connectionId}/status`).expect(200);
  const { nextSync, lastSync, health } = status.body as Record<string, string>;
  expect(health).toBe('healthy');
  expect(new Date(nextSync ?? '').getTime()).toBeGreaterThan(new Date(lastSync ?? '').getTime());
  const { body } = await gateway.api.get('/health/ready').expect(200);
  expect(body).toMatchObject({
    status: 'ok',
    warnings: [expect.stringMatching(/^The clock of Airbyte.* ahead of/)],
  });
});
