import { createHash, randomUUID } from 'node:crypto';
import { latch, type Latch } from '../support/latch';
import { startGateway, type TestGateway } from '../support/gateway';
import { ScriptedUpstream } from '../support/scripted-upstream';
import { until } from '../support/until';

const READ = 'GET /connections/:id';
const KEYS = { hostile: 'key-of-the-hostile-one', honest: 'key-of-the-honest-one' };
const API_KEYS = Object.entries(KEYS)
  .map(([name, key]) => `${name}:ingestion:read:${createHash('sha256').update(key).digest('hex')}`)
  .join();

/** The test decides when each upstream read is answered, so that the result does not depend on the speed of the machine. */
describe('a caller with many requests beside a caller with few', () => {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;
  let held: Latch[];

  const open = async (settings: Record<string, string> = {}): Promise<void> => {
    gateway = await startGateway({ AIRBYTE_API_URL: upstream.url, API_KEYS, RATE_LIMIT: 'off', ...settings });
  };
  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
  });
  beforeEach(() => {
    held = [];
    upstream.on(READ, async () => {
      const hold = latch();
      held.push(hold);
      await hold.opened;
      return undefined;
    });
  });
  afterEach(async () => {
    upstream.on(READ, () => undefined);
    for (const hold of held) hold.open();
    await gateway.close();
    upstream.clear();
  });
  afterAll(() => upstream.close());

  const get = async (path: string, key: string): Promise<number> =>
    (await fetch(gateway.url + path, { headers: { 'x-api-key': key } })).status;
  const flood = (calls: number): Promise<number[]> =>
    Promise.all(Array.from({ length: calls }, () => get(`/ingestion/${randomUUID()}`, KEYS.hostile)));

  it('loses a queue slot to the other caller, and alternates with it', async () => {
    await open({ AIRBYTE_TIMEOUT_MS: '60000', AIRBYTE_MAX_QUEUE: '20' });
    const { connectionId } = upstream.state.addConnection();
    const isSent = (): boolean => upstream.of(READ).some(({ id }) => id === connectionId);
    const refused: number[] = [];
    const flooding = Array.from({ length: 40 }, async () => {
      const status = await get(`/ingestion/${randomUUID()}`, KEYS.hostile);
      if (status === 503) refused.push(status);
    });
    // Three are sent, twenty wait.
    await until('the queue to be full', () => refused.length === 17);
    const honest = get(`/ingestion/${connectionId}`, KEYS.honest);
    await until('a place to be given up', () => refused.length === 18);
    expect(isSent()).toBe(false);

    held[0]?.open();
    await upstream.seen(READ, 4);
    held[1]?.open();
    await upstream.seen(READ, 5);
    expect(isSent()).toBe(true);

    upstream.on(READ, () => undefined);
    for (const hold of held) hold.open();
    expect(await honest).toBe(200);
    await Promise.all(flooding);
  });

  it.each([
    ['status', '/ingestion/ID/status', READ],
    ['list of ingestions', '/ingestion', 'GET /connections'],
    ['list of sources', '/sources', 'GET /sources'],
  ])('does not delay the %s that both read', async (_, path, operation) => {
    await open({ AIRBYTE_TIMEOUT_MS: '60000' });
    const { connectionId } = upstream.state.addConnection();
    const url = path.replace('ID', connectionId);
    const isSent = (): boolean =>
      upstream.of(operation).some(({ id }) => operation !== READ || id === connectionId);
    const flooding = flood(30);
    await upstream.seen(READ, 3);
    const both = [get(url, KEYS.hostile)];
    await get('/health/live', '');
    both.push(get(url, KEYS.honest));
    await get('/health/live', '');
    expect(isSent()).toBe(false);

    for (const hold of held.slice(0, 3)) hold.open();
    await until('the read to be sent', isSent);

    upstream.on(READ, () => undefined);
    for (const hold of held) hold.open();
    expect(await Promise.all(both)).toEqual([200, 200]);
    await flooding;
  });

  it('does not affect readiness and liveness', async () => {
    await open({ AIRBYTE_TIMEOUT_MS: '60000' });
    const flooding = flood(80);
    await upstream.seen(READ, 3);
    expect(await get('/health/ready', '')).toBe(200);
    expect(await get('/health/live', '')).toBe(200);
    expect(upstream.count('GET /health')).toBe(1);
    upstream.on(READ, () => undefined);
    for (const hold of held) hold.open();
    await flooding;
  });
});
