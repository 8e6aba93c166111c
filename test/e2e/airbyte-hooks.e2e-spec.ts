import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventReader } from '../support/events-bench';
import { isFeed, MirrorBench, type MirrorGateway } from '../support/mirror-bench';
import { until } from '../support/until';

const TOKEN = 'a0b1c2d3e4f5a0b1c2d3e4f5';
const PATH = `/hooks/airbyte/${TOKEN}`;
/** So long that only a notification brings a tick. */
const SETTINGS = { FEED_INTERVAL_MS: '600000', CONNECTION_MAX_AGE_MS: '1000' };

let bench: MirrorBench;
let dataDir: string;

beforeAll(async () => {
  bench = await MirrorBench.start();
});
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'hooks-e2e-'));
});
afterEach(async () => {
  await bench.reset();
  await rm(dataDir, { recursive: true, force: true });
});
afterAll(() => bench.close());

function open(settings: Record<string, string> = {}): Promise<MirrorGateway> {
  return bench.open({ ...SETTINGS, DATA_DIR: dataDir, AIRBYTE_NOTIFICATION_TOKEN: TOKEN, ...settings });
}

function ticks(): number {
  return bench.upstream.requests.filter(isFeed).length;
}

describe("Airbyte's notifications", () => {
  it('make the gateway read the feed at once, so that an event comes before the next tick', async () => {
    const { state } = bench.upstream;
    const { connectionId } = state.addConnection({ createdAt: 1_700_000_000 });
    const gateway = await open();
    const reader = new EventReader(gateway);
    await until('the log to begin', async () => (await reader.read()).completeUntil !== null);
    state.history.end(state.addJob({ connectionId, status: 'running' }), 'succeeded');
    const body = {
      text: 'Your connection …',
      data: { jobId: 1, connection: { id: 'unknown' }, success: false },
    };
    expect(await gateway.send('POST', PATH, { body })).toMatchObject({ status: 204 });
    const event = await reader.seen('run.succeeded', connectionId);
    expect(event.run?.status).toBe('succeeded');
  });

  it('cause at most one read in half a second, however many come', async () => {
    bench.upstream.state.addConnection({ createdAt: 1_700_000_000 });
    const gateway = await open();
    const reader = new EventReader(gateway);
    await until('the log to begin', async () => (await reader.read()).completeUntil !== null);
    const before = ticks();
    const startedAt = performance.now();
    for (let sent = 0; sent < 50; sent++) await gateway.send('POST', PATH, { body: {} });
    await until('a read', () => ticks() > before);
    const most = 2 + Math.ceil((performance.now() - startedAt) / 500);
    expect(ticks() - before).toBeLessThanOrEqual(most);
  });

  it.each([
    ['another token', `/hooks/airbyte/${TOKEN.replace('a', 'b')}`, TOKEN],
    ['no token set', PATH, ''],
  ])('are answered like an unknown path with %s', async (_, path, token) => {
    const gateway = await open({ AIRBYTE_NOTIFICATION_TOKEN: token });
    const answer = await gateway.send<{ code: string; detail: string }>('POST', path, { body: {} });
    const unknown = await gateway.send<{ code: string; detail: string }>('POST', '/nothing/at/all', {
      body: {},
    });
    expect(answer).toMatchObject({ status: 404, body: { code: 'route-not-found' } });
    expect(unknown).toMatchObject({ status: 404, body: { code: 'route-not-found' } });
  });

  it('need no API key, and count for the rate limit of their address', async () => {
    const hash = createHash('sha256').update('key').digest('hex');
    const gateway = await open({ API_KEYS: `all:ingestion:read:${hash}`, RATE_LIMIT: '5' });
    const answers: number[] = [];
    for (let sent = 0; sent < 7; sent++)
      answers.push((await gateway.send('POST', PATH, { body: {} })).status);
    expect(answers).toEqual([204, 204, 204, 204, 204, 429, 429]);
    const headers = { 'x-api-key': 'key' };
    expect(await gateway.send('GET', '/ingestion', { headers })).toMatchObject({ status: 200 });
  });
});
