import { clockOf } from '../support/clock';
import { startGateway } from '../support/gateway';
import { gatewayBench } from '../support/gateway-bench';

const START = Date.parse('2026-01-15T10:30:00Z');
const UUID = '9924bcd0-99be-453d-ba47-c2c9766f7da5';
const DAILY = { scheduleType: 'cron', cronExpression: '0 0 2 * * ? UTC' };

/** Each read of the clock advances it by one millisecond. */
let nowMs = START;
const bench = gatewayBench(
  { STATUS_MAX_AGE_MS: '0' },
  clockOf(() => new Date(nowMs++)),
);
beforeEach(() => {
  bench.upstream.state.addConnection({ connectionId: UUID, schedule: DAILY, createdAt: 1_760_000_000 });
});

const job = (
  day: number,
  row: { status?: string; lastUpdatedAt?: string; rowsSynced?: number } = {},
): number => {
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

describe('GET /ingestion/{connectionId}/status', () => {
  it('returns the last run, the current run and the next syncs', async () => {
    const [last, current] = [job(14), job(15, { status: 'running' })];
    const response = await read().expect(200);
    expect(response.body).toMatchObject({
      lastSync: '2026-01-14T02:07:00.000Z',
      syncState: 'running',
      lastRun: { runId: String(last), status: 'succeeded', endedAt: '2026-01-14T02:07:00.000Z', rows: 5 },
      currentRun: { runId: String(current), status: 'running', endedAt: null },
      consecutiveFailures: 0,
      nextSyncReason: 'scheduled',
      nextSyncs: ['2026-01-16T02:00:00.000Z', '2026-01-17T02:00:00.000Z', '2026-01-18T02:00:00.000Z'],
      health: 'healthy',
      healthReasons: [],
    });
  });

  it('returns each problem with its start and the number of failures', async () => {
    job(12);
    for (const day of [13, 14, 15]) job(day, { status: 'failed' });
    const response = await read().expect(200);
    expect(response.body).toMatchObject({
      health: 'failing',
      consecutiveFailures: 3,
      lastRun: { status: 'failed' },
      healthReasons: [
        {
          code: 'failing',
          since: '2026-01-13T02:07:00.000Z',
          message: expect.stringContaining('27 failures away'),
        },
        { code: 'stale', since: '2026-01-14T02:07:00.000Z' },
      ],
    });
  });

  it('returns unknown with the original value for a new status of Airbyte', async () => {
    Object.assign(bench.upstream.state.connections.get(UUID) ?? {}, { status: 'hibernating' });
    const response = await read().expect(200);
    expect(response.body).toMatchObject({
      status: 'unknown',
      upstreamStatus: 'hibernating',
      nextSyncReason: 'unknown',
      nextSyncs: [],
    });
  });

  it.each(['', '?freshness=P1D'])(
    'answers 304 while nothing changes, and 200 after a change%s',
    async (query) => {
      job(15);
      const first = await read(query).expect(200);
      const etag = String(first.headers['etag']);
      expect(etag).toMatch(/^W\/"[\w-]+"$/);
      expect(first.headers['cache-control']).toBe('private, no-cache');
      nowMs += 600_000;
      const same = await read(query, { 'if-none-match': etag }).expect(304);
      expect([same.text, same.headers['etag'], same.headers['cache-control']]).toEqual([
        '',
        etag,
        'private, no-cache',
      ]);
      job(15, { status: 'running' });
      const changed = await read(query, { 'if-none-match': etag }).expect(200);
      expect(changed.headers['etag']).not.toBe(etag);
      expect((changed.body as { observedAt: string }).observedAt).not.toBe(
        (first.body as { observedAt: string }).observedAt,
      );
    },
  );

  it.each([
    ['PT9H', 'healthy'],
    ['PT8H', 'stale'],
    ['P1D', 'healthy'],
    ['PT30M10S', 'stale'],
  ])('computes health with freshness=%s', async (freshness, health) => {
    job(15);
    expect((await read(`?freshness=${freshness}`).expect(200)).body).toMatchObject({ health });
  });

  it.each(['6h', 'P1M', 'P', 'PT', 'PT0S', '', 'P1DT'])('refuses freshness=%s', async (freshness) => {
    const response = await read(`?freshness=${freshness}`).expect(400);
    expect(response.body).toMatchObject({ errors: [{ field: 'freshness' }] });
  });

  it('tolerates a late run for MISSED_RUN_TOLERANCE_MINUTES', async () => {
    for (const day of [12, 13, 14]) job(day);
    expect((await read().expect(200)).body).toMatchObject({ health: 'running_late' });
    const settings = { AIRBYTE_API_URL: bench.upstream.url, MISSED_RUN_TOLERANCE_MINUTES: '600' };
    const patient = await startGateway(
      settings,
      clockOf(() => new Date(START)),
    );
    const response = await patient.api.get(`/ingestion/${UUID}/status`).expect(200);
    expect(response.body).toMatchObject({ health: 'healthy' });
    await patient.close();
  });
});
