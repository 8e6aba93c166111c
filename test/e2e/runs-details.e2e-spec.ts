import { FAILURE_ORIGINS, FAILURE_TYPES } from '../../src/airbyte/core/dto/run-failure.dto';
import { gatewayBench } from '../support/gateway-bench';
import { startGateway } from '../support/gateway';
import { fault, hateoas, html, json, type Reply } from '../support/scripted-upstream';
import { attempt, CONFIG_FAILURE, serveInternalApi } from '../support/upstream-internal';

const ID = '9924bcd0-99be-453d-ba47-c2c9766f7da5';
const RUNS = `/ingestion/${ID}/runs`;
const INTERNAL = /^internal /;

/** As docs/internal-api.md says. A failure of another type has the advice of its origin. */
const ADVICE_BY_TYPE: Readonly<Record<string, string>> = {
  config_error: 'fix_configuration',
  refresh_schema: 'fix_configuration',
  transient_error: 'wait',
  heartbeat_timeout: 'run_again',
  destination_timeout: 'run_again',
  manual_cancellation: 'run_again',
};
const PLATFORM = ['replication', 'persistence', 'airbyte_platform'];

interface Failure {
  readonly message: string;
  readonly advice: string;
}
interface Run {
  readonly runId: string;
  readonly failure: Failure | null;
}

const bench = gatewayBench({ STATUS_MAX_AGE_MS: '0' });

const addJob = (status: string, day: number): number =>
  bench.upstream.state.addJob({
    connectionId: ID,
    status,
    startTime: `2026-01-${String(day).padStart(2, '0')}T02:00Z`,
  }).jobId;

beforeEach(() => {
  bench.upstream.state.addConnection({ connectionId: ID });
});

const internalCalls = (): string[] =>
  bench.upstream.requests.map(({ operation }) => operation).filter((operation) => INTERNAL.test(operation));

describe('a page of runs', () => {
  it('has the reason of every failed run, from one call', async () => {
    const api = serveInternalApi(bench.upstream);
    for (let day = 1; day <= 25; day++) {
      const id = addJob(day % 2 ? 'failed' : 'succeeded', day);
      const externalMessage = `Failure of run ${id}.`;
      const failures = [{ ...CONFIG_FAILURE, externalMessage }];
      api.jobs.set(id, { attempts: [attempt(0), attempt(1, { failureSummary: { failures } })] });
    }
    for (const query of ['?pageSize=10', '?pageSize=100', '?status=failed&pageSize=5']) {
      bench.upstream.requests.length = 0;
      const { body } = await bench.api.get(RUNS + query).expect(200);
      const { data } = body as { data: Run[] };
      expect(data.length).toBeGreaterThan(4);
      for (const { runId, failure } of data)
        expect(failure?.message).toBe(Number(runId) % 2 ? `Failure of run ${runId}.` : undefined);
      expect(internalCalls()).toEqual(['internal jobs/list']);
    }
  });

  it('has the advice for every type and origin of a failure', async () => {
    const api = serveInternalApi(bench.upstream);
    const expected = new Map<string, object>();
    for (const type of FAILURE_TYPES)
      for (const origin of FAILURE_ORIGINS) {
        const runId = addJob('failed', 1);
        const failures = [{ ...CONFIG_FAILURE, failureType: type, failureOrigin: origin, retryable: null }];
        api.jobs.set(runId, { attempts: [attempt(0, { failureSummary: { failures } })] });
        const byOrigin = PLATFORM.includes(origin) ? 'run_again' : 'contact_support';
        expected.set(String(runId), { type, origin, advice: ADVICE_BY_TYPE[type] ?? byOrigin });
      }
    const { body } = await bench.api.get(`${RUNS}?pageSize=100`).expect(200);
    const { data } = body as { data: Run[] };
    expect(data).toHaveLength(FAILURE_TYPES.length * FAILURE_ORIGINS.length);
    for (const { runId, failure } of data) expect(failure).toMatchObject(expected.get(runId) ?? {});
    expect(internalCalls()).toEqual(['internal jobs/list']);
  });

  it('without a failed run takes no call', async () => {
    serveInternalApi(bench.upstream);
    addJob('succeeded', 1);
    const { body } = await bench.api.get(RUNS).expect(200);
    expect((body as { data: Run[] }).data).toMatchObject([{ failure: null }]);
    expect(internalCalls()).toEqual([]);
  });

  it('says what is known of an unusual failure', async () => {
    const api = serveInternalApi(bench.upstream);
    const failures = [
      { failureType: 'bad_luck', externalMessage: 'token=abc123 was refused', timestamp: 'soon' },
    ];
    api.jobs.set(addJob('incomplete', 1), { attempts: [attempt(0, { failureSummary: { failures } })] });
    const { body } = await bench.api.get(RUNS).expect(200);
    expect((body as { data: Run[] }).data[0]?.failure).toEqual({
      origin: 'unknown',
      type: 'unknown',
      message: 'token=*** was refused',
      retryable: null,
      advice: 'wait',
      at: null,
    });
  });
});

describe('a single run', () => {
  it('has attempts, streams and the reason of its failure', async () => {
    const api = serveInternalApi(bench.upstream);
    const streams = [
      {
        streamName: 'orders',
        streamNamespace: 'shop',
        recordsEmitted: 9,
        recordsCommitted: 8,
        bytesCommitted: 70,
        recordsRejected: 1,
      },
      { streamName: 'users', recordsCommitted: 0 },
    ];
    const startedAt = Date.parse('2026-01-15T02:00:10Z') / 1000;
    const runId = addJob('failed', 15);
    api.jobs.set(runId, { attempts: [attempt(0), attempt(1)], streams, startedAt });
    const { body } = await bench.api.get(`${RUNS}/${runId}`).expect(200);
    const failure = {
      origin: 'source',
      type: 'config_error',
      message: CONFIG_FAILURE.externalMessage,
      retryable: false,
      advice: 'fix_configuration',
      at: '2026-01-15T02:07:41.000Z',
    };
    const times = { startedAt: '2026-01-15T02:00:12.000Z', endedAt: '2026-01-15T02:07:41.000Z' };
    const counts = { status: 'failed', rows: 4, bytes: 1024, failure, ...times };
    expect(body).toMatchObject({
      startedAt: '2026-01-15T02:00:10.000Z',
      failure,
      attempts: [
        { number: 1, ...counts },
        { number: 2, ...counts },
      ],
      streams: [
        { name: 'orders', namespace: 'shop', rows: 8, bytes: 70, rowsRead: 9, rowsRejected: 1 },
        { name: 'users', namespace: null, rows: 0, bytes: null, rowsRead: null, rowsRejected: null },
      ],
      progress: null,
    });
  });

  it('has its progress while it runs, and none of another run', async () => {
    const api = serveInternalApi(bench.upstream);
    const runId = addJob('running', 15);
    api.jobs.set(runId, {
      attempts: [attempt(0, { status: 'running', failureSummary: undefined, endedAt: undefined })],
    });
    api.progress.set(ID, {
      jobId: runId,
      recordsEmitted: 12,
      recordsCommitted: 10,
      bytesEmitted: 120,
      bytesCommitted: 100,
      streams: [{ streamName: 'orders', recordsEmitted: 12, recordsCommitted: 10 }],
    });
    const { body } = await bench.api.get(`${RUNS}/${runId}`).expect(200);
    expect(body).toMatchObject({
      failure: null,
      attempts: [{ number: 1, status: 'running', endedAt: null, failure: null }],
      streams: [{ name: 'orders', rows: 10, rowsRead: 12 }],
      progress: { rowsRead: 12, rows: 10, bytesRead: 120, bytes: 100 },
    });
    const other = addJob('running', 16);
    expect((await bench.api.get(`${RUNS}/${other}`).expect(200)).body).toMatchObject({ progress: null });
  });

  it('is read once for all who wait for its end', async () => {
    const api = serveInternalApi(bench.upstream);
    // An id of its own, because the details of a run are shared for a second.
    const runId = 9001;
    const startTime = '2026-01-15T02:00Z';
    bench.upstream.state.addJob({ connectionId: ID, jobId: runId, status: 'running', startTime });
    api.jobs.set(runId, { attempts: [attempt(0)] });
    const waiting = Array.from({ length: 50 }, () => bench.api.get(`${RUNS}/${runId}?wait=60`).expect(200));
    const all = Promise.all(waiting);
    await bench.upstream.seen('GET /jobs', 2);
    for (const job of bench.upstream.state.jobs) job.status = 'failed';
    for (const { body } of await all)
      expect(body).toMatchObject({ status: 'failed', attempts: [{ number: 1 }] });
    expect(bench.upstream.count('internal jobs/get_without_logs')).toBeLessThan(5);
  });
});

describe('without the internal API', () => {
  const OFF: readonly (readonly [string, Reply | undefined, Record<string, string>])[] = [
    ['that is turned off', undefined, { AIRBYTE_INTERNAL_API: 'off' }],
    ['that answers 404', json(404, { message: 'Not Found' }), {}],
    ['that answers 403', hateoas(403, 'Forbidden'), {}],
    ['that answers 401', hateoas(401, 'Unauthorized'), {}],
    ['that answers with a page', html(200), {}],
    ['that answers nothing', fault('hang'), {}],
    ['that closes connections', fault('reset'), {}],
  ];

  it.each(OFF)('%s, runs are answered without its details', async (_, reply, settings) => {
    const api = serveInternalApi(bench.upstream);
    api.jobs.set(addJob('failed', 1), { attempts: [attempt(0)] });
    addJob('running', 2);
    bench.upstream.on('*', ({ operation }) => (INTERNAL.test(operation) ? reply : undefined));
    for (const name of ['jobs/list', 'jobs/get_without_logs', 'connections/sync_progress'])
      if (reply) bench.upstream.on(`internal ${name}`, () => reply);
    const gateway = await startGateway({
      AIRBYTE_API_URL: bench.upstream.url,
      AIRBYTE_TIMEOUT_MS: '1000',
      ...settings,
    });
    try {
      for (let round = 0; round < 2; round++) {
        const { body } = await gateway.api.get(RUNS).expect(200);
        expect((body as { data: Run[] }).data).toMatchObject([{ failure: null }, { failure: null }]);
        const nothing = { failure: null, attempts: null, streams: null, progress: null };
        expect((await gateway.api.get(`${RUNS}/1`).expect(200)).body).toMatchObject({
          status: 'failed',
          ...nothing,
        });
        expect((await gateway.api.get(`${RUNS}/2`).expect(200)).body).toMatchObject({
          status: 'running',
          ...nothing,
        });
      }
      expect(internalCalls().length).toBe(reply ? 3 : 0);
      await gateway.api.get(`/ingestion/${ID}/status`).expect(200);
    } finally {
      await gateway.close();
    }
  });
});
