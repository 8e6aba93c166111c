import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { disorderOf, EVENT_SETTINGS, type EventListBody, EventReader } from '../support/events-bench';
import { isFeed, MirrorBench, type MirrorGateway } from '../support/mirror-bench';
import { moveWhileWaiting, until } from '../support/until';

const HOUR_MS = 3_600_000;
const OTHER_WORKSPACE = '2f6d3c1e-0000-4000-8000-000000000002';
const KEY = 'key-of-one-workspace';
const ALL_KEY = 'key-of-all-workspaces';
const hash = (key: string): string => createHash('sha256').update(key).digest('hex');
const API_KEYS = [
  `one:ingestion:read:${hash(KEY)}:${OTHER_WORKSPACE}`,
  `all:ingestion:read:${hash(ALL_KEY)}`,
  `writer:ingestion:write:${hash('writer')}`,
].join(',');

describe('the event log', () => {
  let bench: MirrorBench;
  let dataDir: string;
  let id: string;

  beforeAll(async () => {
    bench = await MirrorBench.start();
    moveWhileWaiting(bench.clock);
  });
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'events-e2e-'));
    id = bench.upstream.state.addConnection({ createdAt: 1_700_000_000 }).connectionId;
  });
  afterEach(async () => {
    await bench.reset();
    await rm(dataDir, { recursive: true, force: true });
  });
  afterAll(() => bench.close());

  const open = (settings: Record<string, string> = {}): Promise<MirrorGateway> =>
    bench.open({ ...EVENT_SETTINGS, DATA_DIR: dataDir, ...settings });
  const endRun = (connectionId: string, status = 'succeeded'): void => {
    const { state } = bench.upstream;
    state.history.end(state.addJob({ connectionId, status: 'running', rowsSynced: 5 }), status);
  };
  const list = (gateway: MirrorGateway, query: string, key?: string): ReturnType<MirrorGateway['send']> =>
    gateway.send('GET', `/events${query}`, { headers: key === undefined ? {} : { 'x-api-key': key } });

  it('has after a restart what happened meanwhile, each change once', async () => {
    const { state } = bench.upstream;
    const gone = state.addConnection({ createdAt: 1_700_000_000 }).connectionId;
    const first = await open();
    const reader = new EventReader(first);
    await reader.current();
    endRun(id);
    const job = state.addJob({ connectionId: id, status: 'running', rowsSynced: 5 });
    await reader.seen('run.started', id);
    await first.close();
    state.history.end(job, 'failed');
    for (let n = 0; n < 150; n++) endRun(id, 'cancelled');
    const added = state.addConnection().connectionId;
    Object.assign(state.connections.get(gone) ?? {}, { status: 'deprecated' });
    const second = await open();
    reader.continueAt(second);
    await reader.seen('run.cancelled', id, 150);
    await reader.seen('ingestion.created', added);
    await reader.seen('ingestion.deleted', gone);
    await reader.current();
    const runs = reader.typesOf(id).filter((type) => type.startsWith('run.'));
    expect(runs).toEqual([
      'run.succeeded',
      'run.started',
      'run.failed',
      ...Array.from({ length: 150 }, () => 'run.cancelled'),
    ]);
    expect(disorderOf(reader.events)).toEqual([]);
    const again = new EventReader(second);
    await again.current();
    expect(again.events).toEqual(reader.events);
  });

  it('is filtered, limited, and continued after an event or a position', async () => {
    const other = bench.upstream.state.addConnection({ createdAt: 1_700_000_000 }).connectionId;
    const gateway = await open();
    const reader = new EventReader(gateway);
    await reader.current();
    for (const connectionId of [id, other, id]) endRun(connectionId);
    endRun(other, 'failed');
    await reader.seen('run.failed', other);
    await reader.seen('run.succeeded', id, 2);
    const bodyOf = async (query: string): Promise<EventListBody> =>
      (await gateway.send<EventListBody>('GET', `/events${query}`)).body;
    const [first] = reader.events;
    const types = async (query: string): Promise<string[]> =>
      (await bodyOf(query)).data.map(({ type }) => type);
    expect(await types(`?types=run.failed,run.cancelled`)).toEqual(['run.failed']);
    expect(await types(`?types=run.succeeded&connectionId=${id}`)).toEqual([
      'run.succeeded',
      'run.succeeded',
    ]);
    expect(await types('?connectionId=unknown')).toEqual([]);
    expect((await bodyOf(`?after=${first?.id ?? ''}`)).data).toEqual(reader.events.slice(1));
    const pages: unknown[] = [];
    for (let after = '', hasMore = true; hasMore;) {
      const body = await bodyOf(`?limit=1&after=${after}`);
      pages.push(...body.data);
      ({ next: after, hasMore } = body);
    }
    expect(pages).toEqual(reader.events);
  });

  it('refuses what it does not know, with the fix', async () => {
    const gateway = await open();
    const refusal = await list(gateway, '?types=run.fail&after=yesterday&limit=0&since=1');
    expect(refusal).toMatchObject({
      status: 400,
      body: { errors: expect.arrayContaining([expect.objectContaining({ field: 'types' })]) as unknown },
    });
    expect(JSON.stringify(refusal.body)).toMatch(/Did you mean run.failed/);
    expect(await list(gateway, '?after=yesterday')).toMatchObject({ status: 400 });
    expect(await list(gateway, `?after=evt_${'0'.repeat(22)}`)).toMatchObject({
      status: 410,
      body: { code: 'events-expired' },
    });
  });

  it('drops events after the retention, and says so to a reader that was too slow', async () => {
    const gateway = await open({ EVENTS_RETENTION_S: '3600' });
    const reader = new EventReader(gateway);
    await reader.current();
    endRun(id);
    const first = await reader.seen('run.succeeded', id);
    bench.clock.skip(HOUR_MS / 2);
    endRun(id, 'failed');
    await reader.seen('run.failed', id);
    bench.clock.skip(HOUR_MS / 2 + 1000);
    endRun(id, 'cancelled');
    await reader.seen('run.cancelled', id);
    expect(await list(gateway, `?after=${first.id}`)).toMatchObject({ status: 410 });
    expect(await list(gateway, '?after=pos_0')).toMatchObject({ status: 200 });
    const kept = new EventReader(gateway);
    expect((await kept.read()).oldestObservedAt).toBe(kept.events[0]?.observedAt);
    expect(kept.typesOf(id).filter((type) => type.startsWith('run.'))).toEqual([
      'run.failed',
      'run.cancelled',
    ]);
  });

  it('shows a caller the events of its workspace only', async () => {
    const { state } = bench.upstream;
    const theirs = state.addConnection({
      createdAt: 1_700_000_000,
      workspaceId: OTHER_WORKSPACE,
    }).connectionId;
    const gateway = await open({ API_KEYS });
    const all = new EventReader(gateway, { 'x-api-key': ALL_KEY });
    const own = new EventReader(gateway, { 'x-api-key': KEY });
    await all.current();
    endRun(id);
    endRun(theirs);
    const foreign = await all.seen('run.succeeded', id);
    await all.seen('run.succeeded', theirs);
    await own.current();
    expect(own.events).toEqual(all.of(theirs));
    const answers = [
      await list(gateway, `?connectionId=${id}`, KEY),
      await list(gateway, '?connectionId=unknown', KEY),
    ];
    expect(answers.map(({ body }) => (body as EventListBody).data)).toEqual([[], []]);
    expect(await list(gateway, `?after=${foreign.id}`, KEY)).toMatchObject({ status: 410 });
    expect(await list(gateway, '', 'writer')).toMatchObject({ status: 403 });
    expect(await list(gateway, '')).toMatchObject({ status: 401 });
  });

  it.each([
    [{ FEED_INTERVAL_MS: '0' }, /FEED_INTERVAL_MS/],
    [{ DATA_DIR: '' }, /REDIS_URL, or DATA_DIR/],
  ])('does not exist with %o, which the capability says', async (settings, reason) => {
    const gateway = await open(settings);
    const { body } = await gateway.send<{ capabilities: object[] }>('GET', '/capabilities');
    expect(body.capabilities).toContainEqual({
      name: 'events',
      state: 'off',
      reason: expect.stringMatching(reason) as string,
    });
    expect(await list(gateway, '')).toMatchObject({
      status: 501,
      body: { code: 'capability-off', detail: expect.stringMatching(reason) as string },
    });
  });

  it('is written by one process, and a second one does not start', async () => {
    await open();
    await expect(open()).rejects.toThrow(/events-\w+\.db.*another process uses it.*DATA_DIR/);
  });

  it('makes the gateway follow Airbyte until the retention after the last reader', async () => {
    const gateway = await open({ EVENTS_RETENTION_S: '3600' });
    const reader = new EventReader(gateway);
    await reader.current();
    const { upstream, clock } = bench;
    const readsDuring = async (passingMs: number): Promise<number> => {
      const before = upstream.requests.filter(isFeed).length;
      for (let part = 0; part < 10; part++) {
        clock.skip(passingMs / 10);
        await pause(20);
        await upstream.idle();
      }
      return upstream.requests.filter(isFeed).length - before;
    };
    await until('reads after all other readers have gone', async () => (await readsDuring(120_000)) > 0);
    clock.skip(HOUR_MS);
    await until('the reads to end', async () => (await readsDuring(120_000)) === 0);
    endRun(id);
    expect((await reader.seen('run.succeeded', id)).run).toMatchObject({ status: 'succeeded' });
  });
});
