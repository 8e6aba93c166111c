import { GatewayProcess } from '../support/gateway-process';
import { MirrorBench } from '../support/mirror-bench';
import { RedisServer } from '../support/redis-server';
import { fault } from '../support/scripted-upstream';
import { until } from '../support/until';
import { type InternalApi, serveInternalApi } from '../support/upstream-internal';

const UPDATE = 'internal connections/update_with_reason';
const HOUR_MS = 3_600_000;

let redis: RedisServer;
let bench: MirrorBench;
let internal: InternalApi;
let id: string;

beforeAll(async () => {
  redis = await RedisServer.start();
  bench = await MirrorBench.start();
});
beforeEach(() => {
  internal = serveInternalApi(bench.upstream);
  id = bench.upstream.state.addConnection().connectionId;
});
afterEach(() => bench.reset());
afterAll(async () => {
  await bench.close();
  await redis.close();
});

const stateOf = (): string | undefined => bench.upstream.state.connections.get(id)?.status;
const activations = (): number =>
  bench.upstream.of(UPDATE).filter(({ body }) => JSON.stringify(body).includes('"active"')).length;
const endingAt = (ms: number): object => ({
  status: 'inactive',
  pause: { until: new Date(ms).toISOString() },
});

it('two replicas that know of a pause end it once', async () => {
  const settings = { REDIS_URL: redis.url };
  const [first, second] = [await bench.open(settings), await bench.open(settings)];
  await first.send('PATCH', `/ingestion/${id}`, { body: endingAt(bench.clock.now().getTime() + HOUR_MS) });
  await until('the other replica to know it', async () => {
    const { body } = await second.send<{ pause: unknown }>('GET', `/ingestion/${id}/status`);
    return body.pause !== null;
  });
  bench.clock.skip(HOUR_MS);
  await until('both to show it', async () => {
    bench.clock.skip(1000);
    const shown = await Promise.all([first.status(id), second.status(id)]);
    return shown.every(({ body }) => body.status === 'active');
  });
  bench.clock.skip(60_000);
  await bench.upstream.idle();
  expect(activations()).toBe(1);
});

it('another replica ends it if the first one is killed in the middle', async () => {
  const settings = { AIRBYTE_API_URL: bench.upstream.url, AIRBYTE_TIMEOUT_MS: '1000', REDIS_URL: redis.url };
  const first = await GatewayProcess.start(settings);
  const changed = await fetch(`${first.url}/ingestion/${id}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(endingAt(Date.now() + 2000)),
  });
  expect(changed.status).toBe(200);
  internal.replies.set('connections/update_with_reason', () => fault('hang'));
  await until('the activation to be sent', () => activations() === 1);
  await first.kill('SIGKILL');
  internal.replies.clear();
  const second = await GatewayProcess.start(settings);
  try {
    await until('the ingestion to be active', () => stateOf() === 'active');
  } finally {
    await second.kill('SIGKILL');
  }
  expect(activations()).toBe(2);
});
