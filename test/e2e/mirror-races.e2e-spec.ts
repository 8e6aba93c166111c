import { latch } from '../support/latch';
import { FEED_INTERVAL_MS, isFeed, MirrorBench } from '../support/mirror-bench';
import { problem, type UpstreamRequest } from '../support/scripted-upstream';
import { until } from '../support/until';
import { javaInstant } from '../support/upstream-jobs';

const FIRST_ID = '00000000-0000-4000-8000-000000000001';
const LAST_ID = 'ffffffff-0000-4000-8000-000000000002';
/** No sweep and no verification disturbs the test. */
const SETTINGS = { CONNECTION_MAX_AGE_MS: '3600000' };
const LIST = 'GET /connections';
const OVERLAP_MS = 60_000;
const PAUSE_MS = 300_000;

let bench: MirrorBench;

beforeAll(async () => {
  bench = await MirrorBench.start();
});
afterEach(() => bench.reset());
afterAll(() => bench.close());

const isWalk = ({ query, operation }: UpstreamRequest): boolean =>
  operation === 'GET /jobs' && !query.has('connectionId') && !query.has('updatedAtStart');

/** Jobs fill three pages. All belong to the first ingestion, except the oldest one. */
function fillThreePages(): void {
  const { state } = bench.upstream;
  state.addConnection({ connectionId: FIRST_ID });
  state.addConnection({ connectionId: LAST_ID });
  state.addJob({ connectionId: LAST_ID });
  for (let n = 0; n < 250; n++) state.addJob({ connectionId: FIRST_ID });
}

/** Delays the answer that Airbyte gives to this page of the first load and to later ones. */
function delayPageAt(offset: number): { readonly seen: Promise<void>; readonly open: () => void } {
  const [page, seen] = [latch(), latch()];
  bench.upstream.on('GET /jobs', async (request) => {
    if (!isWalk(request) || isFeed(request) || Number(request.query.get('offset')) < offset) return undefined;
    seen.open();
    await page.opened;
    return undefined;
  });
  return { seen: seen.opened, open: page.open };
}

describe('the first load of jobs', () => {
  it.each([
    ['runs', undefined],
    ['has failed', 'failed'],
  ])('shows a run that began before the load reached its ingestion and %s', async (_, end) => {
    fillThreePages();
    const { state } = bench.upstream;
    const { seen, open } = delayPageAt(99);
    const gateway = await bench.open(SETTINGS);
    await gateway.send('GET', '/ingestion?pageSize=1');
    await seen;
    const job = state.addJob({ connectionId: LAST_ID, status: 'running' });
    if (end !== undefined) state.history.end(job, end);
    await gateway.tick();
    bench.clock.skip(2 * OVERLAP_MS);
    state.addJob({ connectionId: FIRST_ID });
    await gateway.tick();
    open();
    await until('the oldest job to be read', () =>
      bench.upstream.requests.some((one) => isWalk(one) && Number(one.query.get('offset')) > 150),
    );
    await bench.upstream.idle();
    await gateway.send('GET', '/ingestion?pageSize=1');
    const shown = (await gateway.status(LAST_ID)).body;
    expect(shown).toMatchObject(
      end === undefined
        ? { currentRun: { runId: String(job.jobId) } }
        : { lastRun: { runId: String(job.jobId), status: 'failed' } },
    );
  });

  it('shows the newest run of an ingestion although older jobs of another are deleted meanwhile', async () => {
    fillThreePages();
    const { seen, open } = delayPageAt(198);
    const gateway = await bench.open(SETTINGS);
    await gateway.send('GET', '/ingestion?pageSize=1');
    await seen;
    bench.upstream.state.history.prune(({ connectionId, jobId }) => connectionId === FIRST_ID && jobId < 101);
    open();
    await gateway.warm();
    await bench.upstream.idle();
    expect((await gateway.status(LAST_ID)).body).toMatchObject({ lastRun: { runId: '1' } });
  });
});

describe('a run that is started while its ingestion is read', () => {
  it('is in every status after that', async () => {
    const { connectionId } = bench.upstream.state.addConnection();
    const gateway = await bench.open({ FEED_INTERVAL_MS: '0', STATUS_MAX_AGE_MS: '60000' });
    const reading = latch();
    bench.upstream.on('GET /connections/:id', async (_, nth) => {
      if (nth === 1) await reading.opened;
      return undefined;
    });
    const early = gateway.status(connectionId);
    await bench.upstream.seen('GET /connections/:id');
    await bench.upstream.seen('GET /jobs');
    const { body } = await gateway.send<{ runId: string }>('POST', `/ingestion/${connectionId}/runs`);
    reading.open();
    await early;
    expect((await gateway.status(connectionId)).body).toMatchObject({ currentRun: { runId: body.runId } });
  });
});

describe('an ingestion whose jobs Airbyte cannot read', () => {
  it('does not delay the list of the others', async () => {
    for (let n = 0; n < 350; n++) bench.upstream.state.addConnection({ connectionId: idOf(n) });
    const gateway = await bench.open({ CONNECTION_MAX_AGE_MS: '2000' });
    await gateway.warm(100);
    bench.upstream.state.addConnection({ connectionId: LAST_ID });
    bench.upstream.on('GET /jobs', ({ query }) =>
      query.get('connectionId') === LAST_ID ? problem(403, 'no') : undefined,
    );
    const tried = (): number =>
      bench.upstream.of('GET /jobs').filter(({ query }) => query.get('connectionId') === LAST_ID).length;
    const pass = async (): Promise<void> => {
      bench.clock.skip(200);
      await gateway.send('GET', '/health/live');
      await bench.upstream.idle();
    };
    while (tried() === 0) await pass();
    await gateway.send('GET', '/ingestion?pageSize=1');
    const before = bench.upstream.count(LIST);
    for (let n = 0; n < 250; n++) await pass();
    expect(bench.upstream.count(LIST) - before).toBeGreaterThan(50_000 / 2000 + 10);
  });
});

describe('a burst of changes', () => {
  it('does not hide a change that Airbyte committed late', async () => {
    const { state } = bench.upstream;
    for (let n = 0; n < 150; n++) state.addConnection({ connectionId: idOf(n) });
    state.addConnection({ connectionId: LAST_ID });
    state.addJob({ connectionId: LAST_ID });
    const gateway = await bench.open(SETTINGS);
    await gateway.warm();
    await gateway.tick();
    for (let n = 0; n < 150; n++) runOnce(idOf(n));
    bench.clock.skip(3000);
    const newestMs = state.now().getTime();
    runOnce(idOf(0));
    await gateway.tick();
    const late = state.addJob({
      connectionId: LAST_ID,
      status: 'failed',
      startTime: javaInstant(new Date(newestMs - 9000)),
      lastUpdatedAt: javaInstant(new Date(newestMs - 8000)),
    });
    await gateway.tick();
    expect((await gateway.status(LAST_ID)).body.lastRun).toMatchObject({ runId: String(late.jobId) });
  });

  it('is followed although changes shift the pages', async () => {
    const { state } = bench.upstream;
    state.addConnection({ connectionId: FIRST_ID });
    for (let n = 0; n < 250; n++) state.addConnection({ connectionId: idOf(n) });
    state.addJob({ connectionId: FIRST_ID });
    const gateway = await bench.open(SETTINGS);
    await gateway.tick();
    bench.upstream.on('GET /jobs', ({ query }) => {
      if (query.has('updatedAtStart') && query.get('offset') === '100')
        for (let n = 0; n < 3; n++) runOnce(FIRST_ID);
      return undefined;
    });
    for (let n = 0; n < 250; n++) {
      if (n % 2 === 0) bench.clock.skip(1000);
      runOnce(idOf(n));
    }
    const startedAtMs = bench.clock.monotonicMs();
    await gateway.tick();
    // Without the feed, the gateway does not try again for five minutes.
    expect(bench.clock.monotonicMs() - startedAtMs).toBeLessThan(PAUSE_MS);
  });
});

describe('a feed that finds the queue full', () => {
  it('is followed again as soon as there is room', async () => {
    bench.upstream.state.addConnection({ connectionId: FIRST_ID });
    const gateway = await bench.open({
      ...SETTINGS,
      AIRBYTE_MAX_CONCURRENCY: '1',
      AIRBYTE_MAX_CREATES: '1',
      AIRBYTE_MAX_QUEUE: '0',
    });
    await gateway.warm();
    const reading = latch();
    bench.upstream.on('GET /sources', async () => {
      await reading.opened;
      return undefined;
    });
    const taken = await until('the only slot to be taken', async () => {
      await bench.upstream.idle();
      const before = bench.upstream.count('GET /sources');
      const answer = gateway.send('GET', '/sources');
      const isSent = await Promise.race([
        answer.then(() => false),
        bench.upstream.seen('GET /sources', before + 1).then(() => true),
      ]);
      return isSent && { answer };
    });
    for (let ticks = 0; ticks < 10; ticks++) {
      bench.clock.skip(FEED_INTERVAL_MS);
      await gateway.status(FIRST_ID);
    }
    reading.open();
    await taken.answer;
    const startedAtMs = bench.clock.monotonicMs();
    await gateway.tick();
    // Without the feed, most of the pause would have to pass.
    expect(bench.clock.monotonicMs() - startedAtMs).toBeLessThan(PAUSE_MS / 2);
  });
});

/** Adds a run that has ended now. */
function runOnce(connectionId: string): void {
  const { history } = bench.upstream.state;
  history.end(history.add({ connectionId, status: 'running' }), 'succeeded');
}

function idOf(n: number): string {
  return `00000000-0000-4000-8000-${String(1000 + n).padStart(12, '0')}`;
}
