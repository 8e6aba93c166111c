import { type Clock, systemClock } from '../../src/lib/clock';
import { startGateway } from '../support/gateway';
import { fault, hateoas, html, json, type Reply } from '../support/scripted-upstream';
import { MirrorBench, type MirrorGateway, type StatusBody } from '../support/mirror-bench';
import { until } from '../support/until';
import { attempt, CONFIG_FAILURE, type InternalApi, serveInternalApi } from '../support/upstream-internal';

const LIST = 'internal jobs/list';
const ADVICE = 'fix_configuration';

/** Waits end only when what they wait for has happened. */
const PATIENT: Clock = {
  ...systemClock,
  wait: (_, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) resolve();
      else
        signal?.addEventListener('abort', () => {
          resolve();
        });
    }),
};

let bench: MirrorBench;
beforeAll(async () => {
  bench = await MirrorBench.start();
});
afterEach(() => bench.reset());
afterAll(() => bench.close());

/** Adds a run that failed with a message of its own. */
function addFailure(
  api: InternalApi,
  connectionId: string,
  externalMessage = `Failure of ${connectionId}.`,
): void {
  const job = bench.upstream.state.addJob({ connectionId, status: 'running' });
  bench.upstream.state.history.end(job, 'failed');
  const failures = [{ ...CONFIG_FAILURE, externalMessage }];
  api.jobs.set(job.jobId, { attempts: [attempt(0, { failureSummary: { failures } })] });
}

const addConnection = (): string => bench.upstream.state.addConnection({}).connectionId;
const addConnections = (count: number): string[] => Array.from({ length: count }, addConnection);

/** The internal API answers this to a list without a connection, as to a user who may not see every workspace. */
function refuseUnscoped(api: InternalApi, reply: Reply): void {
  api.replies.set('jobs/list', ({ body }) =>
    (body as { configId?: string }).configId === undefined ? reply : undefined,
  );
}

const failureOf = ({ lastRun }: StatusBody): NonNullable<StatusBody['lastRun']>['failure'] | undefined =>
  lastRun?.failure;
const reasonOf = ({ healthReasons }: StatusBody): string | undefined =>
  healthReasons.find(({ code }) => code === 'failing')?.message;

async function batch(gateway: MirrorGateway, ids: readonly string[]): Promise<StatusBody[]> {
  const { body } = await gateway.send<{ results: { status: StatusBody }[] }>(
    'POST',
    '/ingestion/status/batch',
    {
      body: { ids },
    },
  );
  return body.results.map(({ status }) => status);
}

it('adds the reason of the newest failed run to the first status', async () => {
  const api = serveInternalApi(bench.upstream);
  const id = addConnection();
  addFailure(api, id, 'An older failure.');
  addFailure(api, id, 'The password is wrong.');
  const gateway = await startGateway({ AIRBYTE_API_URL: bench.upstream.url, FEED_INTERVAL_MS: '0' }, PATIENT);
  const { body } = (await gateway.api.get(`/ingestion/${id}/status`).expect(200)) as { body: StatusBody };
  await gateway.close();
  expect(failureOf(body)).toMatchObject({
    origin: 'source',
    type: 'config_error',
    message: 'The password is wrong.',
    advice: ADVICE,
  });
  expect(reasonOf(body)).toMatch(/^The newest 2 syncs failed\..* The password is wrong\.$/);
});

it('adds the reason of a run that fails while the mirror follows, with one call', async () => {
  const api = serveInternalApi(bench.upstream);
  const id = addConnection();
  const gateway = await bench.open();
  await gateway.warm();
  expect(failureOf((await gateway.status(id)).body)).toBeUndefined();
  addFailure(api, id, 'The table is gone.');
  await gateway.tick();
  const body = await until('the reason', async () => {
    const answer = await gateway.status(id);
    return failureOf(answer.body) ? answer.body : null;
  });
  expect(failureOf(body)?.message).toBe('The table is gone.');
  expect(bench.upstream.count(LIST)).toBe(1);
  await gateway.tick(3);
  await gateway.status(id);
  expect(bench.upstream.count(LIST)).toBe(1);
});

it('keeps the reason of the failure when a later run was cancelled, without adding it to that run', async () => {
  const api = serveInternalApi(bench.upstream);
  const id = addConnection();
  addFailure(api, id, 'The disk is full.');
  const cancelled = bench.upstream.state.addJob({ connectionId: id, status: 'running' });
  bench.upstream.state.history.end(cancelled, 'cancelled');
  const gateway = await bench.open();
  const body = await until('the reason', async () => {
    const answer = await gateway.status(id);
    return reasonOf(answer.body)?.includes('The disk is full.') ? answer.body : null;
  });
  expect(body.lastRun).toMatchObject({ status: 'cancelled', failure: null });
});

it('drops the reason after a success', async () => {
  const api = serveInternalApi(bench.upstream);
  const id = addConnection();
  addFailure(api, id);
  const gateway = await bench.open();
  await until('the reason', async () => failureOf((await gateway.status(id)).body) !== null);
  const job = bench.upstream.state.addJob({ connectionId: id, status: 'running' });
  bench.upstream.state.history.end(job, 'succeeded', { rowsSynced: 1, bytesSynced: 1 });
  bench.clock.skip(1000);
  const { body } = await gateway.status(id, 'no-cache');
  expect(body.lastRun).toMatchObject({ status: 'succeeded', failure: null });
  expect(body.healthReasons).toEqual([]);
});

describe('warm reads', () => {
  it('of statuses, lists and batches take no call', async () => {
    const api = serveInternalApi(bench.upstream);
    const ids = addConnections(20);
    for (const id of ids) addFailure(api, id);
    const gateway = await bench.open({ FEED_INTERVAL_MS: '600000', CONNECTION_MAX_AGE_MS: '3600000' });
    await gateway.warm(100);
    await until('all reasons', async () =>
      (await batch(gateway, ids)).every(
        (status) => failureOf(status)?.message === `Failure of ${status.connectionId}.`,
      ),
    );
    const calls = await bench.callsOf(async () => {
      for (const id of ids) await gateway.status(id);
      await batch(gateway, ids);
      await gateway.send('GET', '/ingestion?health=failing');
      await bench.upstream.idle();
    });
    expect(calls).toEqual([]);
  });
});

describe('the reasons of many ingestions', () => {
  const COUNT = 150;

  it('take few calls where Airbyte lists the jobs of all connections', async () => {
    const api = serveInternalApi(bench.upstream);
    const ids = addConnections(COUNT);
    for (const id of ids) addFailure(api, id);
    const gateway = await bench.open();
    await gateway.warm(100);
    for (const some of [ids.slice(0, 100), ids.slice(100)])
      await until('all reasons', async () =>
        (await batch(gateway, some)).every(
          (status) => failureOf(status)?.message === `Failure of ${status.connectionId}.`,
        ),
      );
    // One finds out that the endpoint works. A batch may be read in a few parts.
    expect(bench.upstream.count(LIST)).toBeLessThanOrEqual(12);
  });

  it.each([
    ['forbids it', hateoas(403, 'Forbidden')],
    ['rejects it', json(400, { message: 'configId is required' })],
    ['shows no job', json(200, { jobs: [], totalJobCount: 0 })],
  ])('are read one by one where Airbyte %s', async (_, reply) => {
    const api = serveInternalApi(bench.upstream);
    refuseUnscoped(api, reply);
    const ids = addConnections(10);
    for (const id of ids) addFailure(api, id);
    const gateway = await bench.open();
    await until('all reasons', async () =>
      (await batch(gateway, ids)).every(
        (status) => failureOf(status)?.message === `Failure of ${status.connectionId}.`,
      ),
    );
    const { body } = await gateway.send<{ capabilities: { name: string; state: string }[] }>(
      'GET',
      '/capabilities',
    );
    expect(body.capabilities).toContainEqual({ name: 'failureReasons', state: 'on', reason: null });
  });

  it('are read although one of them cannot be', async () => {
    const api = serveInternalApi(bench.upstream);
    const ids = addConnections(5);
    for (const id of ids) addFailure(api, id);
    const [bad = '', ...others] = ids;
    api.replies.set('jobs/list', ({ body }) => {
      const { configId } = body as { configId?: string };
      if (configId === undefined) return hateoas(403, 'Forbidden');
      return configId === bad ? fault('flood') : undefined;
    });
    const gateway = await bench.open();
    await until('the other reasons', async () =>
      (await batch(gateway, others)).every((status) => failureOf(status)?.message !== undefined),
    );
    expect((await gateway.status(bad)).body.lastRun).toMatchObject({ status: 'failed', failure: null });
  });
});

describe('without the internal API', () => {
  const REPLIES: readonly (readonly [string, Reply | null])[] = [
    ['that is turned off', null],
    ['that answers 404', json(404, { message: 'Not Found' })],
    ['that answers 403', hateoas(403, 'Forbidden')],
    ['that answers 401', hateoas(401, 'Unauthorized')],
    ['that answers with a page', html(200)],
    ['that answers other JSON', json(200, { data: [] })],
    ['that answers 500', json(500, { message: 'down' })],
    ['that answers nothing', fault('hang')],
    ['that closes connections', fault('reset')],
  ];

  it.each(REPLIES)('%s, statuses are answered without a reason', async (_, reply) => {
    const api = serveInternalApi(bench.upstream);
    const ids = addConnections(3);
    for (const id of ids) addFailure(api, id);
    if (reply) api.replies.set('jobs/list', () => reply);
    const gateway = await bench.open(
      reply ? { AIRBYTE_TIMEOUT_MS: '1000' } : { AIRBYTE_INTERNAL_API: 'off' },
    );
    for (let round = 0; round < 3; round++) {
      for (const status of await batch(gateway, ids))
        expect(status).toMatchObject({ health: 'failing', lastRun: { status: 'failed', failure: null } });
      for (const id of ids) expect((await gateway.status(id)).status).toBe(200);
    }
    expect(bench.upstream.count(LIST)).toBe(reply ? 1 : 0);
  });

  it('that refuses too many calls, the reason is added later', async () => {
    const api = serveInternalApi(bench.upstream);
    const id = addConnection();
    addFailure(api, id);
    let isDown = true;
    api.replies.set('jobs/list', () => (isDown ? json(429, { message: 'too many' }) : undefined));
    const gateway = await bench.open();
    expect(failureOf((await gateway.status(id)).body)).toBeNull();
    isDown = false;
    bench.clock.skip(600_000);
    await until('the reason', async () => failureOf((await gateway.status(id)).body) !== null);
  });
});

it('reads a reason once also without a feed', async () => {
  const api = serveInternalApi(bench.upstream);
  const id = addConnection();
  addFailure(api, id);
  const gateway = await bench.open({ FEED_INTERVAL_MS: '0' });
  await until('the reason', async () => failureOf((await gateway.status(id)).body) !== null);
  for (let round = 0; round < 3; round++) {
    bench.clock.skip(5000);
    expect(failureOf((await gateway.status(id)).body)?.message).toBe(`Failure of ${id}.`);
  }
  expect(bench.upstream.count(LIST)).toBe(1);
});
