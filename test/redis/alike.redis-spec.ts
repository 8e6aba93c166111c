import { latch } from '../support/latch';
import { startGateway, type TestGateway } from '../support/gateway';
import { RedisServer } from '../support/redis-server';
import { DESTINATION_ID, fault, ScriptedUpstream, SOURCE_ID } from '../support/scripted-upstream';
import { until } from '../support/until';

const ORDERS = { name: 'Orders to warehouse', sourceId: SOURCE_ID, destinationId: DESTINATION_ID };
const CREATE = 'POST /connections';

describe('concurrent creations with equal bodies and different keys at two replicas', () => {
  let redis: RedisServer;
  let upstream: ScriptedUpstream;
  let gateways: readonly TestGateway[];

  beforeAll(async () => {
    redis = await RedisServer.start();
    upstream = await ScriptedUpstream.start();
    const environment = {
      AIRBYTE_API_URL: upstream.url,
      REDIS_URL: redis.url,
      AIRBYTE_CREATE_TIMEOUT_MS: '2000',
      IDEMPOTENCY_DOUBT_MS: '1000',
    };
    gateways = await Promise.all([startGateway(environment), startGateway(environment)]);
  });
  afterEach(() => {
    upstream.clear();
  });
  afterAll(async () => {
    await Promise.all(gateways.map((gateway) => gateway.close()));
    await upstream.close();
    await redis.close();
  });

  const create = async (
    replica: number,
    key: string,
  ): Promise<{ status: number; id: string | undefined }> => {
    const response = await fetch(`${gateways[replica]?.url ?? ''}/ingestion`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(ORDERS),
    });
    const { connectionId } = (await response.json()) as { connectionId?: string };
    return { status: response.status, id: connectionId };
  };
  /** Repeats a creation at alternating replicas until it has an outcome. */
  const insist = (key: string): Promise<string> => {
    let turn = 0;
    return until('an outcome', async () => (await create(turn++ % 2, key)).id);
  };
  const expectOneEach = async (keys: readonly string[]): Promise<void> => {
    const ids = await Promise.all(keys.map(insist));
    expect([...ids].sort()).toEqual([...upstream.state.connections.keys()].sort());
    expect(await Promise.all(keys.map(insist))).toEqual(ids);
  };

  it('get different connections if one answer was lost', async () => {
    const first = latch();
    upstream.on(CREATE, async (request, nth) => {
      if (nth === 1) return fault('reset');
      const reply = upstream.act(request);
      if (nth === 2) await first.opened;
      return reply;
    });
    const lost = create(0, 'lost').finally(first.open);
    await upstream.seen(CREATE);
    const [one, other] = await Promise.all([lost, create(1, 'held')]);
    expect(one.status).toBe(201);
    expect(other).toEqual({ status: 504, id: undefined });
    await expectOneEach(['lost', 'held']);
    expect(upstream.count(CREATE)).toBe(3);
  });

  it('get different connections if both answers were lost, and nothing is sent again', async () => {
    upstream.on(CREATE, (request) => fault('reset', upstream.act(request)));
    await Promise.all([create(0, 'left'), create(1, 'right')]);
    await expectOneEach(['left', 'right']);
    expect(upstream.count(CREATE)).toBe(2);
  });
});
