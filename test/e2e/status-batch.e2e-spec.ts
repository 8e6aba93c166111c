import { clockOf } from '../support/clock';
import { startGateway } from '../support/gateway';
import { gatewayBench } from '../support/gateway-bench';
import { fault } from '../support/scripted-upstream';

const START = Date.parse('2026-01-15T10:30:00Z');
const UUID = '9924bcd0-99be-453d-ba47-c2c9766f7da5';
const DAILY = { scheduleType: 'cron', cronExpression: '0 0 2 * * ? UTC' };

interface Run {
  readonly runId: string;
  readonly status: string;
}
interface Status {
  readonly connectionId: string;
  readonly lastSync: string | null;
  readonly health: string;
  readonly lastRun: Run | null;
  readonly currentRun: Run | null;
}
interface Result {
  readonly connectionId: string;
  readonly status: Status | null;
  readonly problem: { readonly code: string; readonly instance: string } | null;
}

/** Each read of the clock advances it by one millisecond. */
let nowMs = START;
const bench = gatewayBench(
  { STATUS_MAX_AGE_MS: '0' },
  clockOf(() => new Date(nowMs++)),
);
beforeEach(() => {
  bench.upstream.state.addConnection({ connectionId: UUID, schedule: DAILY, createdAt: 1_760_000_000 });
});

const job = (day: number, row: { status?: string } = {}): number => {
  const date = `2026-01-${String(day).padStart(2, '0')}`;
  const ended = { lastUpdatedAt: `${date}T02:07Z`, rowsSynced: 5, bytesSynced: 50 };
  const isRunning = row.status === 'running';
  return bench.upstream.state.addJob({
    connectionId: UUID,
    startTime: `${date}T02:00Z`,
    ...(isRunning ? {} : ended),
    ...row,
  }).jobId;
};
const read = (query = '', headers: Record<string, string> = {}): ReturnType<typeof bench.api.get> =>
  bench.api.get(`/ingestion/${UUID}/status${query}`).set(headers);

describe('POST /ingestion/status/batch', () => {
  const batch = async (ids: readonly string[], query = ''): Promise<Result[]> => {
    const response = await bench.api.post(`/ingestion/status/batch${query}`).send({ ids }).expect(200);
    return (response.body as { results: Result[] }).results;
  };

  it('returns a status or a problem for each of 100 ids, in the order of the request', async () => {
    const ids = Array.from(
      { length: 97 },
      (_, n) => bench.upstream.state.addConnection({ connectionId: `c-${n}` }).connectionId,
    );
    bench.upstream.on('GET /connections/:id', ({ id }) => (id === 'c-50' ? fault('garbage') : undefined));
    const asked = ['unknown', ...ids, UUID, 'unknown'];
    const results = await batch(asked);
    expect(results.map(({ connectionId }) => connectionId)).toEqual(asked);
    expect(results[0]).toMatchObject({
      status: null,
      problem: { code: 'ingestion-not-found', instance: '/ingestion/unknown/status' },
    });
    expect(results[51]).toMatchObject({ status: null, problem: { status: 502 } });
    expect(results[98]).toMatchObject({ status: { connectionId: UUID }, problem: null });
    expect(results.filter(({ status }) => status !== null)).toHaveLength(97);
  });

  it('uses no cached jobs after Airbyte was set up again', async () => {
    const ids = ['a', 'b', 'c'];
    const addAll = (status: string): void => {
      for (const connectionId of ids) {
        bench.upstream.state.addConnection({ connectionId });
        const times = { startTime: '2026-01-15T02:00Z', lastUpdatedAt: '2026-01-15T02:07:41Z' };
        bench.upstream.state.addJob({ connectionId, status, ...times });
      }
    };
    addAll('failed');
    addAll('succeeded');
    expect((await batch(ids)).map(({ status }) => status?.lastRun?.status)).toEqual(
      ids.map(() => 'succeeded'),
    );
    bench.upstream.clear();
    addAll('failed');
    expect((await batch(ids)).map(({ status }) => [status?.lastSync, status?.lastRun?.status])).toEqual(
      ids.map(() => [null, 'failed']),
    );
  });

  it('returns the runs of an ingestion outside of AIRBYTE_WORKSPACE_ID', async () => {
    const limited = await startGateway({
      AIRBYTE_API_URL: bench.upstream.url,
      AIRBYTE_WORKSPACE_ID: 'w-listed',
    });
    const ids = ['w-listed', 'w-listed', 'w-listed', 'w-other'].map(
      (workspaceId) => bench.upstream.state.addConnection({ workspaceId }).connectionId,
    );
    const times = { startTime: '2026-01-15T02:00Z', lastUpdatedAt: '2026-01-15T02:07:41Z' };
    for (const connectionId of ids)
      bench.upstream.state.addJob({ connectionId, status: 'succeeded', ...times });
    const response = await limited.api.post('/ingestion/status/batch').send({ ids }).expect(200);
    await limited.close();
    const { results } = response.body as { results: Result[] };
    expect(results.map(({ status }) => status?.lastSync)).toEqual(ids.map(() => '2026-01-15T02:07:41.000Z'));
  });

  it('returns the same as GET /ingestion/{connectionId}/status', async () => {
    job(15);
    const [result] = await batch([UUID], '?freshness=PT8H');
    const alone = (await read('?freshness=PT8H').expect(200)).body as Status;
    expect(result?.status).toEqual({ ...alone, observedAt: expect.any(String) });
    expect(alone.health).toBe('stale');
  });

  it.each([
    [{}],
    [{ ids: [] }],
    [{ ids: Array.from({ length: 101 }, () => UUID) }],
    [{ ids: UUID }],
    [{ ids: ['..'] }],
    [{ ids: [UUID, 'check'] }],
    [{ ids: [7] }],
  ])('refuses %j', async (body) => {
    const response = await bench.api.post('/ingestion/status/batch').send(body).expect(400);
    expect(response.body).toMatchObject({ errors: [{ field: 'ids' }] });
  });
});
