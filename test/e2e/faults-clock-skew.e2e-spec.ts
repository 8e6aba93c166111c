import { freshGatewayBench } from '../support/gateway-bench';
import { DESTINATION_ID, fault, SOURCE_ID } from '../support/scripted-upstream';

const CREATE = 'POST /connections';
const ORDERS = { name: 'Orders', sourceId: SOURCE_ID, destinationId: DESTINATION_ID };
const HOUR_MS = 3_600_000;

const bench = freshGatewayBench({
  AIRBYTE_CREATE_TIMEOUT_MS: '10000',
  AIRBYTE_TIMEOUT_MS: '5000',
  STATUS_MAX_AGE_MS: '0',
  IDEMPOTENCY_DOUBT_MS: '0',
});

const SKEWS = [-2 * HOUR_MS, -60_000, -5000, -1500, 0, 1500, 3000, 45_000, 2 * HOUR_MS, 48 * HOUR_MS];

describe.each(SKEWS)('with a clock skew of %d ms', (aheadMs) => {
  const send = (): ReturnType<typeof bench.api.post> =>
    bench.api.post('/ingestion').set('Idempotency-Key', 'k').send(ORDERS);
  const look = async (): Promise<void> => {
    await bench.api.get('/sources').expect(200);
  };

  it.each([
    ['a proxy', 'proxyAheadMs'],
    ['Airbyte', 'clockAheadMs'],
  ] as const)('of %s, a creation whose answer was lost is found and not repeated', async (_, clock) => {
    bench.upstream.state[clock] = aheadMs;
    await look();
    bench.upstream.on(CREATE, (request) => fault('reset', bench.upstream.act(request)));
    expect((await send()).status).toBe(201);
    expect((await send()).headers['idempotency-replayed']).toBe('true');
    expect([bench.upstream.count(CREATE), bench.upstream.state.connections.size]).toEqual([1, 1]);
  });
});

it('a single invalid Date header has no effect', async () => {
  await bench.api.get('/sources').expect(200);
  bench.upstream.state.proxyAheadMs = 7000 * 365 * 24 * HOUR_MS;
  await bench.api.get('/destinations').expect(200);
  const { body } = await bench.api.get('/health/ready').expect(200);
  expect(body).not.toHaveProperty('warnings');
});

it('readiness reports that the clock of Airbyte is two days ahead, and statuses use that clock', async () => {
  bench.upstream.state.clockAheadMs = 48 * HOUR_MS;
  const now = bench.upstream.state.now();
  const daily = { scheduleType: 'cron', cronExpression: '0 0 0 * * ? UTC' };
  const { connectionId } = bench.upstream.state.addConnection({ schedule: daily });
  const ended = new Date(now.getTime() - 60_000).toISOString();
  bench.upstream.state.addJob({
    connectionId,
    startTime: ended,
    lastUpdatedAt: ended,
    rowsSynced: 1,
    bytesSynced: 1,
  });
  await bench.api.get('/sources').expect(200);
  const status = await bench.api.get(`/ingestion/${connectionId}/status`).expect(200);
  const { nextSync, lastSync, health } = status.body as Record<string, string>;
  expect(health).toBe('healthy');
  expect(new Date(nextSync ?? '').getTime()).toBeGreaterThan(new Date(lastSync ?? '').getTime());
  const { body } = await bench.api.get('/health/ready').expect(200);
  expect(body).toMatchObject({
    status: 'ok',
    warnings: [expect.stringMatching(/^The clock of Airbyte.* ahead of/)],
  });
});
