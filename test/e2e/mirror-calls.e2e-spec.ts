import { latch } from '../support/latch';
import { isFeed, MirrorBench, type MirrorGateway, type StatusBody } from '../support/mirror-bench';
import { fillHistory } from '../support/upstream-history';
import type { JobRow } from '../support/upstream-jobs';
import { until } from '../support/until';

const CONNECTIONS = 1000;
const JOBS_EACH = 50;
const LIST = 'GET /connections';
const JOBS = 'GET /jobs';
/** Time that passes with each look at whether the mirror is loaded. */
const PASSING_MS = 100;
/** Nothing but a test makes time pass, so that no tick and no sweep disturbs the counts. */
const SETTINGS = { FEED_INTERVAL_MS: '600000', CONNECTION_MAX_AGE_MS: '3600000' };

interface Timeliness {
  readonly lastSync: string | null;
  readonly withinFreshness: { readonly share: number } | null;
}

interface List {
  readonly data: readonly { readonly connectionId: string; readonly health: string }[];
  readonly nextPageToken: string | null;
}
interface Batch {
  readonly results: readonly { readonly status: StatusBody | null }[];
}
interface Run {
  readonly runId: string;
  readonly status: string;
}

describe('upstream calls for 1,000 connections with 50,000 jobs', () => {
  let bench: MirrorBench;
  let ids: readonly string[];

  beforeAll(async () => {
    bench = await MirrorBench.start();
  });
  beforeEach(() => {
    ids = fillHistory(bench.upstream.state, { connections: CONNECTIONS, jobsEach: JOBS_EACH });
  });
  afterEach(() => bench.reset());
  afterAll(() => bench.close());

  const operationsOf = async (work: () => Promise<unknown>): Promise<string[]> =>
    (await bench.callsOf(work)).map(({ operation }) => operation);
  const walk = async (gateway: MirrorGateway, query: string): Promise<List['data']> => {
    const items = [];
    let token = '';
    do {
      const answer = await gateway.send<List>('GET', `/ingestion?${query}${token}`);
      items.push(...answer.body.data);
      token =
        answer.body.nextPageToken === null
          ? ''
          : `&pageToken=${encodeURIComponent(answer.body.nextPageToken)}`;
    } while (token !== '');
    return items;
  };

  describe('when the mirror is loaded', () => {
    let gateway: MirrorGateway;

    beforeEach(async () => {
      gateway = await bench.open(SETTINGS);
      await gateway.warm(PASSING_MS);
    });

    it('makes none for statuses, and returns what a direct read returns', async () => {
      const healths: string[] = [];
      const calls = await operationsOf(async () => {
        for (const id of ids.slice(0, 100)) {
          const { status, body } = await gateway.status(id);
          expect(status).toBe(200);
          healths.push(body.health);
        }
      });
      expect(calls).toEqual([]);
      expect(healths.filter((health) => health === 'failing')).toHaveLength(20);
      for (const id of ids.slice(0, 10)) {
        const mirrored = await gateway.status(id);
        const read = await gateway.status(id, 'no-cache');
        expect(mirrored.body).toEqual({ ...read.body, observedAt: expect.any(String) });
      }
    });

    it('makes none for a page of 100, for a health filter and for all pages', async () => {
      const calls = await operationsOf(async () => {
        const page = await gateway.send<List>('GET', '/ingestion?pageSize=100');
        expect(page.body.data).toHaveLength(100);
        expect(await walk(gateway, 'pageSize=100&health=failing')).toHaveLength(CONNECTIONS / 5);
        const all = await walk(gateway, 'pageSize=100');
        expect(new Set(all.map(({ connectionId }) => connectionId))).toEqual(new Set(ids));
      });
      expect(calls).toEqual([]);
    });

    it('makes none for a batch of 100', async () => {
      const calls = await operationsOf(async () => {
        const answer = await gateway.send<Batch>('POST', '/ingestion/status/batch', {
          body: { ids: ids.slice(0, 100) },
        });
        expect(answer.body.results.filter(({ status }) => status !== null)).toHaveLength(100);
      });
      expect(calls).toEqual([]);
    });

    it('makes none for the share of time within an objective', async () => {
      const shares: unknown[] = [];
      const calls = await operationsOf(async () => {
        for (const id of ids.slice(0, 20)) {
          const path = `/ingestion/${id}/status?freshness=P1D`;
          const { body } = await gateway.send<Timeliness>('GET', path);
          if (body.lastSync !== null) shares.push(body.withinFreshness?.share);
        }
      });
      expect(calls).toEqual([]);
      expect(shares.length).toBeGreaterThan(0);
      expect(shares.filter((share) => typeof share !== 'number')).toEqual([]);
    });

    it('makes none for conditional requests', async () => {
      const [id = ''] = ids;
      const etag = (await gateway.status(id)).headers['etag'] ?? '';
      // Without a Cache-Control of its own, fetch sends `no-cache` with a condition (Fetch standard, 4.5).
      const conditional = { headers: { 'if-none-match': etag, 'cache-control': 'max-age=600' } };
      const calls = await operationsOf(async () => {
        expect((await gateway.send('GET', `/ingestion/${id}/status`, conditional)).status).toBe(304);
      });
      expect(calls).toEqual([]);
    });

    it('makes none for 200 waiters, who learn of the end with the next tick', async () => {
      const job = bench.upstream.state.jobs.find(({ status }) => status === 'running');
      if (!job) throw new Error('no job runs');
      const path = `/ingestion/${job.connectionId}/runs/${job.jobId}`;
      await gateway.send<Run>('GET', path);
      await bench.upstream.idle();
      const before = bench.upstream.requests.length;
      const waiting = Array.from({ length: 200 }, () => gateway.send<Run>('GET', `${path}?wait=60`));
      // Every waiter has been accepted once a request behind them is answered.
      await gateway.send('GET', '/health/live');
      bench.upstream.state.history.end(job, 'succeeded', { rowsSynced: 7, bytesSynced: 70 });
      let ended = 0;
      for (const answer of waiting) void answer.then(() => ended++);
      await until('the waiters to be answered', () => {
        bench.clock.skip(10_000);
        return ended === waiting.length;
      });
      const runs = await Promise.all(waiting);
      expect(new Set(runs.map(({ body }) => body.status))).toEqual(new Set(['succeeded']));
      const own = bench.upstream.requests.slice(before).filter((request) => !isFeed(request));
      const reads = own.filter(({ operation }) => operation === 'GET /jobs/:id');
      // The first of them may read the run and its ingestion; the others share that read.
      expect(reads.length).toBeLessThanOrEqual(1);
    });

    it('makes one a tick for all, and at most two to verify what it has', async () => {
      const frequent = await bench.open({ FEED_INTERVAL_MS: '2000', CONNECTION_MAX_AGE_MS: '3600000' });
      await frequent.warm(PASSING_MS);
      await frequent.tick();
      const calls = await bench.callsOf(async () => {
        for (let ticks = 0; ticks < 10; ticks++) await frequent.tick();
      });
      const ticks = calls.filter(isFeed).length;
      expect(ticks).toBeGreaterThanOrEqual(20);
      expect(calls.length).toBeLessThanOrEqual(3 * ticks);
    });
  });

  it('loads with as many calls as there are pages', async () => {
    const gateway = await bench.open(SETTINGS);
    await gateway.warm(PASSING_MS);
    const pages = (CONNECTIONS + CONNECTIONS * JOBS_EACH) / 100;
    const { upstream } = bench;
    const own = upstream.of(JOBS).filter(({ query }) => query.has('connectionId')).length;
    expect(upstream.count(LIST) + upstream.count(JOBS) - own).toBeLessThanOrEqual(1.1 * pages);
    // The newest success of every tenth is older than its newest 40 jobs, which takes two calls.
    expect(own).toBeLessThanOrEqual((2 * CONNECTIONS) / 10 + 50);
    expect(upstream.count('GET /connections/:id')).toBeLessThanOrEqual(10);
  });

  it('reads a status with two calls, also while the mirror is loading', async () => {
    const { upstream } = bench;
    const loading = latch();
    const isLoad = ({ query }: { query: URLSearchParams }): boolean => !query.has('connectionId');
    for (const operation of [LIST, JOBS])
      upstream.on(operation, async (request) => {
        if (isLoad(request)) await loading.opened;
        return undefined;
      });
    const gateway = await bench.open(SETTINGS);
    const [id = ''] = ids;
    const { status, body } = await gateway.status(id);
    expect(status).toBe(200);
    expect(body).toMatchObject({ connectionId: id, health: 'healthy' });
    const own = upstream.requests.filter(
      (request) => request.id === id || request.query.get('connectionId') === id,
    );
    expect(own.map(({ operation }) => operation).sort()).toEqual(['GET /connections/:id', JOBS]);
    loading.open();
    await gateway.warm(PASSING_MS);
  });

  it('reads every status directly when FEED_INTERVAL_MS is 0', async () => {
    const gateway = await bench.open({ FEED_INTERVAL_MS: '0' });
    const [id = '', other = ''] = ids;
    expect(await operationsOf(() => gateway.status(id))).toHaveLength(2);
    // The third one finds out that this Airbyte has no internal API, which has the reason of the failure.
    expect(await operationsOf(() => gateway.status(other))).toEqual([
      'GET /connections/:id',
      JOBS,
      'internal jobs/list',
    ]);
    expect(bench.upstream.requests.some(isFeed)).toBe(false);
    const job = bench.upstream.state.jobs.find(({ connectionId }) => connectionId === id) as JobRow;
    bench.upstream.state.addJob({ connectionId: id, status: 'failed' });
    bench.clock.skip(1000);
    expect((await gateway.status(id)).body.lastRun?.runId).not.toBe(String(job.jobId));
    expect((await gateway.status(id)).body.lastRun?.status).toBe('failed');
  });
});
