import {
  differences,
  FEED_INTERVAL_MS,
  isFeed,
  MirrorBench,
  type MirrorGateway,
} from '../support/mirror-bench';
import { fillHistory } from '../support/upstream-history';
import { until } from '../support/until';

const CONNECTIONS = 30;
const HOUR_MS = 3_600_000;

describe('the mirror equals direct reads', () => {
  let bench: MirrorBench;
  let mirror: MirrorGateway;
  let direct: MirrorGateway;
  let ids: readonly string[];

  beforeAll(async () => {
    bench = await MirrorBench.start();
  });
  afterEach(() => bench.reset());
  afterAll(() => bench.close());

  const fill = (): void => {
    ids = fillHistory(bench.upstream.state, { connections: CONNECTIONS, jobsEach: 45 });
  };
  const open = async (settings = {}): Promise<void> => {
    mirror = await bench.open({ FEED_INTERVAL_MS: String(FEED_INTERVAL_MS), ...settings });
    direct = await bench.open({ FEED_INTERVAL_MS: '0', STATUS_MAX_AGE_MS: '0' });
    await mirror.warm();
  };
  const expectEqual = async (): Promise<void> => {
    expect((await differences(mirror, direct, ids)).slice(0, 3)).toEqual([]);
  };
  const endAll = (status: string): void => {
    for (const job of bench.upstream.state.jobs)
      if (job.status === 'running') bench.upstream.state.history.end(job, status, { rowsSynced: 1 });
  };
  const startAll = (): void => {
    for (const connectionId of ids) bench.upstream.state.addJob({ connectionId, status: 'running' });
  };

  it('after more changes in one tick than it can page through', async () => {
    fill();
    await open();
    for (let runs = 0; runs < 80; runs++) {
      endAll(runs % 3 === 0 ? 'failed' : 'succeeded');
      startAll();
    }
    await mirror.tick();
    await expectEqual();
    endAll('succeeded');
    await mirror.tick();
    await expectEqual();
  });

  it('after Airbyte was installed again, with other ingestions and job ids from one', async () => {
    fill();
    await open();
    const { state } = bench.upstream;
    const kept = [...state.connections.values()].slice(0, 15);
    state.reinstall();
    const older = ids;
    fill();
    // A restored backup has the same connections, and other jobs with the same ids.
    for (const row of kept) state.addConnection(row);
    for (const { connectionId } of kept) state.addJob({ connectionId, status: 'failed' });
    ids = [...ids, ...older];
    await mirror.tick();
    bench.clock.skip(20_000);
    await mirror.tick();
    await expectEqual();
  });

  it('after Airbyte was installed again and is empty', async () => {
    fill();
    await open();
    bench.upstream.state.reinstall();
    bench.clock.skip(20_000);
    await mirror.tick();
    await expectEqual();
    const { connectionId } = bench.upstream.state.addConnection();
    bench.upstream.state.addJob({ connectionId, status: 'running' });
    ids = [connectionId];
    bench.clock.skip(20_000);
    await mirror.tick();
    await expectEqual();
  });

  it('after old jobs were removed', async () => {
    fill();
    await open();
    const limitMs = bench.clock.now().getTime() - 10 * HOUR_MS;
    bench.upstream.state.history.prune(({ createdAtMs }) => createdAtMs < limitMs);
    // With each tick the mirror verifies the jobs of one connection.
    await mirror.tick(2 * CONNECTIONS);
    await expectEqual();
  });

  it.each([-2 * HOUR_MS, -40_000, 3_000, 2 * HOUR_MS])(
    'with a clock of Airbyte that is %d ms ahead',
    async (aheadMs) => {
      bench.upstream.state.clockAheadMs = aheadMs;
      fill();
      await open();
      for (const step of ['succeeded', 'failed', 'cancelled']) {
        startAll();
        await mirror.tick();
        await expectEqual();
        endAll(step);
        await mirror.tick();
        await expectEqual();
      }
    },
  );

  it.each([-2 * HOUR_MS, -10_000, 2 * HOUR_MS])(
    'after the clock of Airbyte was set by %d ms',
    async (aheadMs) => {
      fill();
      await open();
      startAll();
      endAll('succeeded');
      startAll();
      await mirror.tick();
      bench.upstream.state.clockAheadMs = aheadMs;
      endAll('failed');
      await mirror.tick();
      await mirror.tick();
      await expectEqual();
      startAll();
      await mirror.tick();
      await expectEqual();
    },
  );

  it('with an Airbyte that ignores updatedAtStart', async () => {
    bench.upstream.state.ignoresUpdateTimes = true;
    fill();
    mirror = await bench.open({ STATUS_MAX_AGE_MS: '0' });
    direct = await bench.open({ FEED_INTERVAL_MS: '0', STATUS_MAX_AGE_MS: '0' });
    for (const step of ['succeeded', 'failed']) {
      startAll();
      for (let steps = 0; steps < 10; steps++) {
        bench.clock.skip(FEED_INTERVAL_MS);
        await mirror.status(ids[0] ?? '');
        await bench.upstream.idle();
      }
      await expectEqual();
      endAll(step);
      for (let steps = 0; steps < 10; steps++) {
        bench.clock.skip(FEED_INTERVAL_MS);
        await mirror.status(ids[0] ?? '');
        await bench.upstream.idle();
      }
      await expectEqual();
    }
  });

  it('with an Airbyte that lists sync and reset jobs only, unless it is asked for others', async () => {
    bench.upstream.state.defaultJobTypes = ['sync', 'reset'];
    fill();
    await open();
    for (const connectionId of ids) bench.upstream.state.addJob({ connectionId, jobType: 'refresh' });
    await mirror.tick();
    await expectEqual();
  });

  it('when jobs and connections come and go between the pages of a list', async () => {
    ids = fillHistory(bench.upstream.state, { connections: 250, jobsEach: 5 });
    const { state } = bench.upstream;
    let shifts = 0;
    const shift = (): undefined => {
      if (shifts++ > 40) return undefined;
      const [first] = state.connections.keys();
      if (shifts % 3 === 0 && first !== undefined)
        Object.assign(state.connections.get(first) ?? {}, { status: 'deprecated' });
      const { connectionId } = state.addConnection({ name: `Shift ${shifts}` });
      state.addJob({ connectionId, status: 'running' });
      for (let n = 0; n < 30; n++)
        state.addJob({ connectionId: ids[(n * shifts) % ids.length] ?? '', status: 'failed' });
      ids = [...ids, connectionId];
      return undefined;
    };
    bench.upstream.on('GET /connections', shift);
    bench.upstream.on('GET /jobs', shift);
    await open();
    bench.clock.skip(20_000);
    await mirror.tick();
    await expectEqual();
  });
});

describe('a mirror that nobody reads', () => {
  let bench: MirrorBench;

  beforeAll(async () => {
    bench = await MirrorBench.start();
  });
  afterEach(() => bench.reset());
  afterAll(() => bench.close());

  it('stops after 60 s, and the first reader gets a direct read while it resumes', async () => {
    const { upstream, clock } = bench;
    const [id = ''] = fillHistory(upstream.state, { connections: 20, jobsEach: 3 });
    const gateway = await bench.open();
    await gateway.warm();
    await until('the mirror to be idle', async () => {
      const calls = await bench.callsOf(async () => {
        for (let ticks = 0; ticks < 5; ticks++) {
          clock.skip(5 * FEED_INTERVAL_MS);
          await new Promise(setImmediate);
          await upstream.idle();
        }
      });
      return calls.length === 0;
    });
    const { jobId } = upstream.state.addJob({ connectionId: id, status: 'running' });
    const { body } = await gateway.status(id);
    expect(body).toMatchObject({ currentRun: { runId: String(jobId) } });
    expect(clock.now().getTime() - Date.parse(body.observedAt)).toBeLessThan(FEED_INTERVAL_MS);
    await gateway.tick();
    await gateway.warm();
    // The mirror itself may verify what it has during any one of them.
    await until('a status that needs no call', async () => {
      const calls = await bench.callsOf(() => gateway.status(id));
      return calls.length === 0;
    });
  });

  it('does not stop while somebody waits for a run', async () => {
    const { upstream, clock } = bench;
    const [id = ''] = fillHistory(upstream.state, { connections: 20, jobsEach: 3 });
    const gateway = await bench.open();
    await gateway.warm();
    const job = upstream.state.addJob({ connectionId: id, status: 'running' });
    const waiting = gateway.send<{ status: string }>('GET', `/ingestion/${id}/runs/${job.jobId}?wait=60`);
    let answer: { status: string } | null = null;
    void waiting.then(({ body }) => (answer = body));
    // Ticks go on for most of the minute that the caller waits.
    for (let ticks = 0; ticks < 20; ticks++) {
      const before = upstream.requests.length;
      clock.skip(FEED_INTERVAL_MS);
      await until('a tick', () => upstream.requests.slice(before).some(isFeed));
    }
    expect(answer).toBeNull();
    upstream.state.history.end(job, 'succeeded');
    await gateway.tick();
    expect((await waiting).body).toMatchObject({ status: 'succeeded' });
  });
});
