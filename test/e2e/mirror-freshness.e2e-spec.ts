import { MirrorBench, type MirrorGateway } from '../support/mirror-bench';
import { fillHistory } from '../support/upstream-history';
import type { ConnectionRow } from '../support/scripted-upstream';

const SETTINGS = {
  // No tick comes unless a test passes it over.
  FEED_INTERVAL_MS: '600000',
  CONNECTION_MAX_AGE_MS: '900000',
  STATUS_MAX_AGE_MS: '5000',
};

describe('the freshness of a status', () => {
  let bench: MirrorBench;
  let gateway: MirrorGateway;
  let id: string;
  let other: string;

  beforeAll(async () => {
    bench = await MirrorBench.start();
  });
  beforeEach(async () => {
    [id = '', other = ''] = fillHistory(bench.upstream.state, { connections: 20, jobsEach: 3 });
    gateway = await bench.open(SETTINGS);
    await gateway.warm();
  });
  afterEach(() => bench.reset());
  afterAll(() => bench.close());

  const row = (): ConnectionRow => {
    const found = bench.upstream.state.connections.get(id);
    if (!found) throw new Error('the connection is not there');
    return found;
  };
  /** A run outside of the gateway, which no tick has shown yet. */
  const runElsewhere = (): string => {
    const job = bench.upstream.state.addJob({ connectionId: id, status: 'running' });
    bench.upstream.state.history.end(job, 'failed');
    return String(job.jobId);
  };
  const newestRun = async (cacheControl?: string): Promise<string | undefined> =>
    (await gateway.status(id, cacheControl)).body.lastRun?.runId;
  const callsOf = async (work: () => Promise<unknown>): Promise<number> => (await bench.callsOf(work)).length;

  it('states the time of the observation, and its age in seconds', async () => {
    const first = await gateway.status(id);
    bench.clock.skip(90_000);
    const later = await gateway.status(id);
    expect(later.body.observedAt).toBe(first.body.observedAt);
    const ageMs = bench.clock.now().getTime() - Date.parse(later.body.observedAt);
    expect(ageMs).toBeGreaterThanOrEqual(90_000);
    expect(Math.abs(Number(later.headers['age']) - ageMs / 1000)).toBeLessThanOrEqual(2);
  });

  it('states the age of the oldest fact that a status needs', async () => {
    const frequent = await bench.open({ FEED_INTERVAL_MS: '2000', CONNECTION_MAX_AGE_MS: '900000' });
    await frequent.warm();
    const { jobId } = bench.upstream.state.addJob({ connectionId: id, status: 'running' });
    for (let ticks = 0; ticks < 5; ticks++) await frequent.tick();
    const { body } = await frequent.status(id);
    // The runs were observed a moment ago, the connection before all the ticks.
    expect(body.currentRun?.runId).toBe(String(jobId));
    expect(bench.clock.now().getTime() - Date.parse(body.observedAt)).toBeGreaterThanOrEqual(20_000);
  });

  it.each(['no-cache', 'max-age=0', 'max-age=3', 'private, max-age=3'])(
    'reads directly for a caller that sends Cache-Control: %s, and keeps the result for all',
    async (cacheControl) => {
      bench.clock.skip(10_000);
      const known = await newestRun();
      const run = runElsewhere();
      expect(await newestRun()).toBe(known);
      expect(await newestRun(cacheControl)).toBe(run);
      const plain = await bench.callsOf(async () => {
        expect(await newestRun()).toBe(run);
      });
      expect(plain).toEqual([]);
      const { body, headers } = await gateway.status(id);
      expect(bench.clock.now().getTime() - Date.parse(body.observedAt)).toBeLessThan(5_000);
      expect(Number(headers['age'])).toBeLessThan(5);
    },
  );

  it.each(['max-age=60', 'max-age=junk', 'max-stale', 'no-store', ''])(
    'reads nothing for a caller that sends Cache-Control: %s when the facts are ten seconds old',
    async (cacheControl) => {
      bench.clock.skip(10_000);
      expect(await callsOf(() => gateway.status(id, cacheControl))).toBe(0);
    },
  );

  it('reads once for all who ask within STATUS_MAX_AGE_MS', async () => {
    bench.clock.skip(10_000);
    const run = runElsewhere();
    const calls = await bench.callsOf(async () => {
      const all = await Promise.all(Array.from({ length: 50 }, () => newestRun('no-cache')));
      expect(new Set(all)).toEqual(new Set([run]));
    });
    expect(calls.map(({ operation }) => operation).sort()).toEqual(['GET /connections/:id', 'GET /jobs']);
    expect(await callsOf(() => newestRun('no-cache'))).toBe(0);
    expect(await callsOf(() => gateway.status(other, 'no-cache'))).toBe(2);
    bench.clock.skip(5_000);
    expect(await callsOf(() => newestRun('no-cache'))).toBe(2);
  });

  it('does not return a connection that is older than CONNECTION_MAX_AGE_MS', async () => {
    const frequent = await bench.open({ ...SETTINGS, CONNECTION_MAX_AGE_MS: '15000' });
    await frequent.warm();
    for (const status of ['inactive', 'active', 'inactive']) {
      row().status = status;
      bench.clock.skip(15_001);
      expect((await frequent.status(id)).body.status).toBe(status);
    }
  });

  it('does not return an older state than it has returned before', async () => {
    bench.clock.skip(10_000);
    const run = runElsewhere();
    row().status = 'inactive';
    expect((await gateway.status(id, 'no-cache')).body).toMatchObject({
      status: 'inactive',
      lastRun: { runId: run },
    });
    const { upstream } = bench;
    const stale = { ...row(), status: 'active' };
    // A list that Airbyte computed before the change arrives after it.
    upstream.on('GET /connections', (request) => {
      const reply = upstream.act(request);
      return { ...reply, body: reply.body.replace(JSON.stringify(row()), JSON.stringify(stale)) };
    });
    const seen = await gateway.send<{ data: { connectionId: string; status: string }[] }>(
      'GET',
      '/ingestion',
    );
    const listed = seen.body.data.find(({ connectionId }) => connectionId === id);
    expect(listed?.status).toBe('inactive');
    expect((await gateway.status(id)).body).toMatchObject({ status: 'inactive', lastRun: { runId: run } });
  });

  it('reads directly before a change, for runs and for If-Match', async () => {
    const path = `/ingestion/${id}`;
    row().name = 'Renamed elsewhere';
    const patched = await bench.callsOf(() => gateway.send('PATCH', path, { body: { status: 'inactive' } }));
    expect(patched.map(({ operation }) => operation)).toContain('GET /connections/:id');
    const run = runElsewhere();
    const runs = await gateway.send<{ data: { runId: string }[] }>('GET', `${path}/runs`);
    expect(runs.body.data[0]?.runId).toBe(run);
    const { headers } = await gateway.send('GET', path);
    row().name = 'Renamed elsewhere again';
    const matched = await gateway.send('PATCH', path, {
      body: { name: 'Mine' },
      headers: { 'if-match': headers['etag'] ?? '' },
    });
    expect(matched.status).toBe(412);
  });

  it('shows what happens elsewhere with the next tick', async () => {
    const frequent = await bench.open({ FEED_INTERVAL_MS: '2000', CONNECTION_MAX_AGE_MS: '900000' });
    await frequent.warm();
    const job = bench.upstream.state.addJob({ connectionId: id, status: 'pending' });
    await frequent.tick();
    expect((await frequent.status(id)).body).toMatchObject({ currentRun: { runId: String(job.jobId) } });
    job.status = 'running';
    await frequent.tick();
    expect((await frequent.status(id)).body).toMatchObject({ syncState: 'running' });
    bench.upstream.state.history.end(job, 'cancelled');
    const calls = await bench.callsOf(async () => {
      await frequent.tick();
      expect((await frequent.status(id)).body).toMatchObject({
        syncState: 'idle',
        lastRun: { runId: String(job.jobId), status: 'cancelled' },
      });
    });
    expect(calls.filter(({ operation }) => operation === 'GET /connections/:id')).toEqual([]);
  });
});
