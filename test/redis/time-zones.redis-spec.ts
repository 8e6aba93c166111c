import { GatewayProcess } from '../support/gateway-process';
import { RedisServer } from '../support/redis-server';
import { DESTINATION_ID, ScriptedUpstream, SOURCE_ID } from '../support/scripted-upstream';
import { until } from '../support/until';
import { serveInternalApi } from '../support/upstream-internal';
import { updateConnection } from '../support/upstream-schedules';

const ORDERS = { name: 'Orders to warehouse', sourceId: SOURCE_ID, destinationId: DESTINATION_ID };
const BERLIN = { scheduleType: 'cron', cronExpression: '30 2 * * *', timeZone: 'Europe/Berlin' };
const WRITE = 'internal connections/update';

interface Answer {
  readonly status: number;
  readonly body: { readonly connectionId?: string; readonly schedule?: object; readonly status?: string };
}

async function create(url: string, key: string): Promise<Answer> {
  const response = await fetch(`${url}/ingestion`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify({ ...ORDERS, schedule: BERLIN }),
  });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

describe('a creation in a time zone whose gateway is killed', () => {
  let redis: RedisServer;
  let upstream: ScriptedUpstream;
  let environment: Record<string, string>;

  beforeAll(async () => {
    redis = await RedisServer.start();
    upstream = await ScriptedUpstream.start();
    environment = {
      AIRBYTE_API_URL: upstream.url,
      REDIS_URL: redis.url,
      AIRBYTE_TIMEOUT_MS: '5000',
      IDEMPOTENCY_DOUBT_MS: '1000',
      FEED_INTERVAL_MS: '0',
    };
  });
  afterAll(async () => {
    await upstream.close();
    await redis.close();
  });

  it.each([
    ['before the write', WRITE, false],
    ['after the write', WRITE, true],
    ['at the reading back', 'GET /connections/:id', true],
    ['before the activation', 'PATCH /connections/:id', false],
    ['after the activation', 'PATCH /connections/:id', true],
  ])('%s is completed by the retry with its key', async (stage, operation, isDone) => {
    const key = stage.replaceAll(' ', '-');
    upstream.clear();
    serveInternalApi(upstream);
    upstream.on(operation, (request, nth) => {
      if (nth > 1) return operation === WRITE ? updateConnection(upstream, request) : undefined;
      if (isDone && operation === WRITE) updateConnection(upstream, request);
      else if (isDone) upstream.act(request);
      return new Promise(() => undefined);
    });
    const victim = await GatewayProcess.start(environment);
    const lost = create(victim.url, key).catch(() => 'cut off');
    await Promise.race([
      upstream.seen(operation),
      lost.then((early) => {
        expect(early).toBe('cut off');
      }),
    ]);
    await victim.kill('SIGKILL');
    expect(await lost).toBe('cut off');

    const successor = await GatewayProcess.start(environment);
    const answer = await until(
      'an outcome',
      async () => {
        const now = await create(successor.url, key);
        return now.status !== 409 && now;
      },
      30_000,
    );
    expect(answer).toMatchObject({ status: 201, body: { schedule: BERLIN, status: 'active' } });
    expect(upstream.count('POST /connections')).toBe(1);
    const rows = [...upstream.state.connections.values()];
    expect(rows).toEqual([
      expect.objectContaining({
        connectionId: answer.body.connectionId,
        status: 'active',
        schedule: { scheduleType: 'cron', cronExpression: '0000 30 2 * * ? Europe/Berlin' },
      }),
    ]);
    expect(await successor.kill('SIGTERM')).toBe(0);
  });
});
