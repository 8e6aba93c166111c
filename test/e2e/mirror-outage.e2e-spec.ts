import { isFeed, MirrorBench, type MirrorGateway, type StatusBody } from '../support/mirror-bench';
import { fault, json, problem, type Reply } from '../support/scripted-upstream';
import { fillHistory } from '../support/upstream-history';
import { until } from '../support/until';

const SETTINGS = { AIRBYTE_TIMEOUT_MS: '1000', STALE_IF_ERROR_S: '300' };
const STALE_LIMIT_MS = 300_000;
const STEP_MS = 2_000;

interface Readiness {
  readonly status: string | number;
  readonly warnings?: readonly string[];
  readonly detail?: string;
}

describe('an outage of Airbyte', () => {
  let bench: MirrorBench;
  let ids: readonly string[];
  let failingId: string;

  beforeAll(async () => {
    bench = await MirrorBench.start();
  });
  beforeEach(() => {
    ids = fillHistory(bench.upstream.state, { connections: 20, jobsEach: 5 });
    failingId = ids[1] ?? '';
  });
  afterEach(() => bench.reset());
  afterAll(() => bench.close());

  const openWarm = async (settings = {}): Promise<MirrorGateway> => {
    const gateway = await bench.open({ ...SETTINGS, ...settings });
    await gateway.warm();
    return gateway;
  };
  const readiness = async (gateway: MirrorGateway): Promise<{ status: number; body: Readiness }> =>
    gateway.send<Readiness>('GET', '/health/ready');
  const codesOf = ({ healthReasons }: StatusBody): string[] => healthReasons.map(({ code }) => code);
  const ageMsOf = ({ observedAt }: StatusBody): number =>
    bench.clock.now().getTime() - Date.parse(observedAt);

  /** Lets time pass in steps of a tick, until a status shows that it is not observed. */
  const notObserved = (gateway: MirrorGateway): Promise<StatusBody> =>
    until('the status to say that it is not observed', async () => {
      const { status, body } = await gateway.status(failingId);
      expect(status).toBe(200);
      if (codesOf(body).includes('not_observed')) return body;
      bench.clock.skip(STEP_MS);
      return null;
    });
  const observedAgain = (gateway: MirrorGateway): Promise<StatusBody> =>
    until('the status to be observed again', async () => {
      bench.clock.skip(STEP_MS);
      const { status, body } = await gateway.status(failingId);
      return status === 200 && !codesOf(body).includes('not_observed') && body;
    });

  const failures: readonly [string, () => Reply][] = [
    ['answers 503', () => problem(503, 'not now')],
    ['hangs', () => fault('hang')],
    ['cuts connections', () => fault('reset')],
    ['cuts its answers', () => fault('truncate')],
    ['answers garbage', () => fault('garbage')],
  ];

  it('leaves the last observation for STALE_IF_ERROR_S, and a problem after that', async () => {
    const gateway = await openWarm();
    const before = (await gateway.status(failingId)).body;
    expect(before.health).toBe('failing');
    await bench.upstream.refuse();

    const during = await notObserved(gateway);
    expect({ ...during, healthReasons: [], observedAt: '' }).toEqual({
      ...before,
      healthReasons: [],
      observedAt: '',
    });
    expect(codesOf(during)).toEqual(expect.arrayContaining([...codesOf(before), 'not_observed']));
    expect(ageMsOf(during)).toBeGreaterThan(0);

    bench.clock.skip(STALE_LIMIT_MS - ageMsOf(during) - 10_000);
    const late = await gateway.status(failingId);
    expect(late).toMatchObject({ status: 200, body: { observedAt: during.observedAt, health: 'failing' } });
    expect(Number(late.headers['age'])).toBeGreaterThanOrEqual(STALE_LIMIT_MS / 1000 - 15);

    bench.clock.skip(15_000);
    const after = await gateway.send<{ code: string }>('GET', `/ingestion/${failingId}/status`);
    expect([502, 503, 504]).toContain(after.status);
    expect(after.body.code).toMatch(/^airbyte-/);
    expect((await readiness(gateway)).status).toBe(503);

    await bench.upstream.listen();
    expect(await observedAgain(gateway)).toMatchObject({ health: 'failing' });
    await until('the gateway to be ready', async () => (await readiness(gateway)).status === 200);
  });

  it('leaves lists and batches too', async () => {
    const gateway = await openWarm();
    const list = await gateway.send<{ data: object[] }>('GET', '/ingestion?health=failing');
    await bench.upstream.refuse();
    await notObserved(gateway);
    const during = await gateway.send<{ data: object[] }>('GET', '/ingestion?health=failing');
    expect([during.status, during.body.data.length]).toEqual([200, list.body.data.length]);
    const batch = await gateway.send<{ results: { status: StatusBody | null }[] }>(
      'POST',
      '/ingestion/status/batch',
      { body: { ids } },
    );
    expect(batch.body.results.every(({ status }) => status && codesOf(status).includes('not_observed'))).toBe(
      true,
    );
  });

  it('leaves the gateway ready, with a warning', async () => {
    const gateway = await openWarm();
    expect((await readiness(gateway)).body.warnings).toBeUndefined();
    await bench.upstream.refuse();
    await notObserved(gateway);
    const { status, body } = await readiness(gateway);
    expect([status, body.status]).toEqual([200, 'ok']);
    expect(body.warnings).toEqual([expect.stringContaining('Airbyte')]);
    await bench.upstream.listen();
    await until('the warning to go', async () => {
      bench.clock.skip(STEP_MS);
      return (await readiness(gateway)).body.warnings === undefined;
    });
  });

  it.each(failures)('ends by itself when Airbyte %s for a while', async (_, reply) => {
    const gateway = await openWarm();
    bench.upstream.on('*', reply);
    await notObserved(gateway);
    bench.upstream.on('*', () => undefined);
    const { jobId } = bench.upstream.state.addJob({ connectionId: failingId, status: 'running' });
    await observedAgain(gateway);
    await gateway.tick();
    expect((await gateway.status(failingId)).body).toMatchObject({ currentRun: { runId: String(jobId) } });
  });

  it('is forgotten while nobody reads: the next reader gets a direct read', async () => {
    const gateway = await openWarm();
    bench.upstream.on('GET /jobs', (request) =>
      isFeed(request) ? json(503, { message: 'not now' }, { 'retry-after': '60' }) : undefined,
    );
    await until('the status to say that it is not observed', async () => {
      bench.clock.skip(STEP_MS);
      // Always reads Airbyte, so that the circuit stays closed.
      await gateway.send('GET', `/ingestion/${failingId}`);
      return codesOf((await gateway.status(failingId)).body).includes('not_observed');
    });
    await until('the mirror to be idle', async () => {
      const calls = await bench.callsOf(async () => {
        for (let ticks = 0; ticks < 5; ticks++) {
          bench.clock.skip(10_000);
          await gateway.send('GET', '/health/live');
          await bench.upstream.idle();
        }
      });
      return calls.length === 0;
    });
    const { body } = await gateway.status(failingId);
    expect(codesOf(body)).not.toContain('not_observed');
    expect(ageMsOf(body)).toBeLessThan(STEP_MS);
  });

  it('shows no state for ids that were never observed', async () => {
    const gateway = await openWarm();
    await bench.upstream.refuse();
    await notObserved(gateway);
    const { status } = await gateway.status('00000000-0000-4000-8000-000000000000');
    expect([502, 503, 504]).toContain(status);
    const { connectionId } = bench.upstream.state.addConnection();
    expect([502, 503, 504]).toContain((await gateway.status(connectionId)).status);
  });

  it('refuses changes as without a mirror', async () => {
    const gateway = await openWarm();
    await bench.upstream.refuse();
    await notObserved(gateway);
    const path = `/ingestion/${failingId}`;
    const changed = await gateway.send('PATCH', path, { body: { status: 'inactive' } });
    expect([502, 503, 504]).toContain(changed.status);
    expect((await gateway.status(failingId)).body.status).toBe('active');
    const started = await gateway.send('POST', `${path}/runs`);
    expect([502, 503, 504]).toContain(started.status);
  });

  it('at the start keeps the gateway from nothing but being ready', async () => {
    await bench.upstream.refuse();
    const gateway = await bench.open(SETTINGS);
    expect((await gateway.send('GET', '/health/live')).status).toBe(200);
    const first = await readiness(gateway);
    expect(first.status).toBe(503);
    expect(first.body.detail).toContain('Airbyte');
    expect([502, 503, 504]).toContain((await gateway.status(failingId)).status);
    await bench.upstream.listen();
    await until('the gateway to be ready', async () => {
      bench.clock.skip(STEP_MS);
      return (await readiness(gateway)).status === 200;
    });
    expect(await observedAgain(gateway)).toMatchObject({ health: 'failing' });
    await gateway.warm();
  });
});
