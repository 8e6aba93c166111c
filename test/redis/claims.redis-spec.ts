import { clockOf } from '../support/clock';
import { startGateway, type TestGateway } from '../support/gateway';
import { RedisServer } from '../support/redis-server';
import { DESTINATION_ID, fault, ScriptedUpstream, SOURCE_ID } from '../support/scripted-upstream';

const DOUBT_MS = 60_000;
const KEY = 'key';

interface Answer {
  readonly status: number;
  readonly body: { readonly code?: string; readonly connectionId?: string; readonly runId?: string };
}

/** The gateway reads owners with MGET. Redis refuses this command alone, as a Redis that fails for a moment. */
describe('a retry while Redis cannot say which results belong to other requests', () => {
  let redis: RedisServer;
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;
  let aheadMs = 0;

  beforeEach(async () => {
    redis = await RedisServer.start();
    upstream = await ScriptedUpstream.start();
    const environment = {
      AIRBYTE_API_URL: upstream.url,
      REDIS_URL: redis.url,
      AIRBYTE_CREATE_TIMEOUT_MS: '1000',
      AIRBYTE_START_TIMEOUT_MS: '1000',
      IDEMPOTENCY_DOUBT_MS: String(DOUBT_MS),
    };
    gateway = await startGateway(
      environment,
      clockOf(() => new Date(Date.now() + aheadMs)),
    );
  });
  afterEach(async () => {
    aheadMs = 0;
    await gateway.close();
    await upstream.close();
    await redis.close();
  });

  const post = async (path: string, body: object): Promise<Answer> => {
    const response = await fetch(gateway.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': KEY },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  };
  const allowOwners = (isAllowed: boolean): Promise<string> =>
    redis.command('ACL', 'SETUSER', 'default', `${isAllowed ? '+' : '-'}mget`);

  it.each<[string, string, () => string, object]>([
    [
      'creates no second ingestion',
      'POST /connections',
      () => '/ingestion',
      { name: 'Orders', sourceId: SOURCE_ID, destinationId: DESTINATION_ID },
    ],
    [
      'starts no second run',
      'POST /jobs',
      () => `/ingestion/${upstream.state.addConnection().connectionId}/runs`,
      {},
    ],
  ])('%s', async (_, operation, pathOf, body) => {
    const path = pathOf();
    upstream.on(operation, (request) => fault('reset', upstream.act(request)));
    await allowOwners(false);
    expect(await post(path, body)).toMatchObject({ status: 504, body: { code: 'outcome-unknown' } });
    aheadMs = 2 * DOUBT_MS;
    expect(await post(path, body)).toMatchObject({ status: 409, body: { code: 'outcome-in-doubt' } });
    await allowOwners(true);
    let found = await post(path, body);
    // After a failure, optional commands skip Redis for a moment.
    while (found.status === 409) found = await post(path, body);
    expect(found.body.connectionId).toBeDefined();
    expect(upstream.count(operation)).toBe(1);
  });
});
