import { clockOf } from '../support/clock';
import { startGateway, type TestGateway } from '../support/gateway';
import { errorId, fault, html, json, ScriptedUpstream } from '../support/scripted-upstream';

const NOW = new Date('2026-01-15T10:30:00Z');
const DAILY = { scheduleType: 'cron', cronExpression: '0 0 2 * * ? UTC' };
const UUID = '9924bcd0-99be-453d-ba47-c2c9766f7da5';

describe('GET /ingestion/{connectionId}/status', () => {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    gateway = await startGateway(
      { AIRBYTE_API_URL: upstream.url, STATUS_MAX_AGE_MS: '0' },
      clockOf(() => NOW),
    );
  });

  afterEach(() => {
    upstream.clear();
  });

  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  const connection = (row: Parameters<typeof upstream.state.addConnection>[0]): string =>
    upstream.state.addConnection({ connectionId: UUID, ...row }).connectionId;
  const job = (row: {
    status?: string;
    jobType?: string;
    startTime: string;
    lastUpdatedAt?: string;
  }): void => {
    upstream.state.addJob({ connectionId: UUID, ...row });
  };
  const status = async (id = UUID): Promise<Record<string, unknown>> => {
    const response = await gateway.api.get(`/ingestion/${id}/status`).expect(200);
    return response.body as Record<string, unknown>;
  };

  it('also returns the newest 30 runs with include=runs', async () => {
    connection({ schedule: { scheduleType: 'manual' } });
    for (let n = 0; n < 35; n++)
      job({ status: 'succeeded', startTime: `2026-01-14T02:${String(n).padStart(2, '0')}Z` });
    const response = await gateway.api.get(`/ingestion/${UUID}/status?include=runs`).expect(200);
    const { runs } = response.body as { runs: { queuedAt: string; status: string }[] };
    expect(runs).toHaveLength(30);
    const times = runs.map(({ queuedAt }) => queuedAt);
    expect(times).toEqual([...times].sort().reverse());
    const refused = await gateway.api.get(`/ingestion/${UUID}/status?include=logs`).expect(400);
    expect(refused.body).toMatchObject({ errors: [{ field: 'include' }] });
  });

  it('returns every member, with null for missing values', async () => {
    connection({ schedule: { scheduleType: 'manual' } });
    expect(await status()).toEqual({
      connectionId: UUID,
      status: 'active',
      lastSync: null,
      nextSync: null,
      schedule: { scheduleType: 'manual', cronExpression: null, basicTiming: null, timeZone: null },
      upstreamStatus: null,
      syncState: 'idle',
      lastRun: null,
      currentRun: null,
      consecutiveFailures: 0,
      freshness: null,
      withinFreshness: null,
      nextSyncReason: 'manual',
      nextSyncs: [],
      health: 'never_synced',
      healthReasons: [],
      pause: null,
      runs: null,
      observedAt: NOW.toISOString(),
    });
  });

  it('returns the end of the newest success with milliseconds if Airbyte lists the oldest first and omits seconds', async () => {
    connection({ schedule: DAILY });
    job({ startTime: '2026-01-13T02:00Z', lastUpdatedAt: '2026-01-13T02:05:10Z' });
    job({ startTime: '2026-01-14T02:00Z', lastUpdatedAt: '2026-01-14T02:07Z' });
    expect(await status()).toMatchObject({
      lastSync: '2026-01-14T02:07:00.000Z',
      nextSync: '2026-01-16T02:00:00.000Z',
    });
  });

  it('does not count a failed, reset, cancelled or running job as the last sync', async () => {
    connection({ schedule: DAILY });
    job({ startTime: '2026-01-10T02:00Z', lastUpdatedAt: '2026-01-10T02:07:41Z' });
    job({ startTime: '2026-01-11T02:00Z', lastUpdatedAt: '2026-01-11T02:01Z', status: 'failed' });
    job({ startTime: '2026-01-12T02:00Z', lastUpdatedAt: '2026-01-12T02:01Z', jobType: 'reset' });
    job({ startTime: '2026-01-13T02:00Z', lastUpdatedAt: '2026-01-13T02:01Z', status: 'cancelled' });
    job({ startTime: '2026-01-14T02:00Z', status: 'queued' });
    job({ startTime: '2026-01-15T02:00Z', status: 'running' });
    expect(await status()).toMatchObject({ lastSync: '2026-01-10T02:07:41.000Z' });
  });

  it('counts a refresh as the last sync', async () => {
    connection({});
    job({ startTime: '2026-01-10T02:00Z', lastUpdatedAt: '2026-01-10T02:07Z', jobType: 'refresh' });
    expect(await status()).toMatchObject({ lastSync: '2026-01-10T02:07:00.000Z' });
  });

  it('finds the last success behind 100 failures and 120 resets', async () => {
    connection({});
    job({ startTime: '2025-12-01T02:00Z', lastUpdatedAt: '2025-12-01T02:07Z' });
    for (let n = 0; n < 120; n++)
      job({ startTime: '2025-12-02T02:00Z', lastUpdatedAt: '2025-12-02T02:01Z', jobType: 'reset' });
    for (let n = 0; n < 100; n++)
      job({ startTime: '2026-01-02T02:00Z', lastUpdatedAt: '2026-01-02T02:01Z', status: 'failed' });
    expect(await status()).toMatchObject({ lastSync: '2025-12-01T02:07:00.000Z' });
    const further = upstream.of('GET /jobs').slice(1);
    expect(
      further.map(({ query }) => [query.get('status'), query.get('jobType'), query.get('offset')]),
    ).toEqual([
      ['succeeded', null, '0'],
      ['succeeded', null, '100'],
    ]);
  });

  it('makes two upstream calls and requests the newest jobs first', async () => {
    connection({});
    job({ startTime: '2026-01-14T02:00Z', lastUpdatedAt: '2026-01-14T02:07Z' });
    await status();
    expect(upstream.requests.map((request) => request.operation).sort()).toEqual([
      'GET /connections/:id',
      'GET /jobs',
    ]);
    expect(upstream.of('GET /jobs')[0]?.query.get('orderBy')).toBe('createdAt|DESC');
  });

  it.each([
    ['an inactive ingestion', { status: 'inactive', schedule: DAILY }],
    ['a locked ingestion', { status: 'locked', schedule: DAILY }],
    ['a manual ingestion', { schedule: { scheduleType: 'manual' } }],
    [
      'a cron expression with a past year',
      { schedule: { scheduleType: 'cron', cronExpression: '0 0 2 1 1 ? 2000 UTC' } },
    ],
    [
      'a date that does not exist',
      { schedule: { scheduleType: 'cron', cronExpression: '0 0 2 31 2 ? UTC' } },
    ],
    ['an unrecognized state', { status: 'hibernating', schedule: DAILY }],
    ['an unrecognized schedule type', { schedule: { scheduleType: 'lunar' } }],
  ])('has no next sync for %s', async (_, row) => {
    connection(row);
    expect(await status()).toMatchObject({ nextSync: null });
  });

  it('maps an unrecognized Airbyte state to unknown', async () => {
    connection({ status: 'hibernating' });
    expect(await status()).toMatchObject({ status: 'unknown' });
  });

  it('splits the time zone off a cron expression that was created in the Airbyte UI', async () => {
    connection({ schedule: { scheduleType: 'cron', cronExpression: '0 0 2 * * ? America/New_York' } });
    expect(await status()).toMatchObject({
      nextSync: '2026-01-16T07:00:00.000Z',
      schedule: {
        scheduleType: 'cron',
        cronExpression: '0 0 2 * * ?',
        basicTiming: null,
        timeZone: 'America/New_York',
      },
    });
  });

  it.each(['Every 24 HOURS', 'Every 24 hours'])(
    'adds the interval of %s to the start of the newest job',
    async (basicTiming) => {
      connection({ schedule: { scheduleType: 'basic', basicTiming } });
      job({ startTime: '2026-01-15T08:00Z', lastUpdatedAt: '2026-01-15T09:00Z', status: 'failed' });
      expect(await status()).toMatchObject({
        nextSync: '2026-01-16T08:00:00.000Z',
        schedule: { scheduleType: 'basic' },
      });
    },
  );

  it('returns the current time as next sync of a basic schedule that never ran or is overdue', async () => {
    connection({ schedule: { scheduleType: 'basic', basicTiming: 'Every 1 HOURS' } });
    expect(await status()).toMatchObject({ nextSync: NOW.toISOString() });
    job({ startTime: '2026-01-15T01:00Z', lastUpdatedAt: '2026-01-15T01:10Z' });
    expect(await status()).toMatchObject({ nextSync: NOW.toISOString() });
  });

  it('keeps a scheduled firing that follows shortly after a manual run, as Airbyte does', async () => {
    connection({ schedule: { scheduleType: 'cron', cronExpression: '0 31 10 * * ? UTC' } });
    job({ startTime: '2026-01-15T10:29:45Z', lastUpdatedAt: '2026-01-15T10:29:50Z' });
    expect(await status()).toMatchObject({ nextSync: '2026-01-15T10:31:00.000Z' });
    job({ startTime: '2026-01-15T10:30:00Z', status: 'running' });
    expect(await status()).toMatchObject({ nextSync: '2026-01-15T10:31:00.000Z' });
  });

  it('skips a firing if a job started in the same minute', async () => {
    connection({ schedule: { scheduleType: 'cron', cronExpression: '0 * * * * ? UTC' } });
    job({ startTime: '2026-01-15T10:30:00Z', status: 'running' });
    expect(await status()).toMatchObject({ nextSync: '2026-01-15T10:32:00.000Z' });
  });

  it.each([
    [
      'a deleted connection (Airbyte: 200)',
      UUID,
      () => json(200, upstream.state.addConnection({ connectionId: UUID, status: 'deprecated' })),
    ],
    ['an unknown id', UUID, () => undefined],
    ['an id that is not a UUID (Airbyte: 500)', 'no-uuid', () => errorId(500)],
    ['a connection that Airbyte Cloud hides with 403', UUID, () => json(403, { message: 'Forbidden' })],
  ])('answers 404 for %s', async (_, id, reply) => {
    upstream.on('GET /connections/:id', reply);
    const response = await gateway.api.get(`/ingestion/${id}/status`).expect(404);
    expect(response.body).toMatchObject({ code: 'ingestion-not-found', status: 404 });
  });

  it('answers 502 with the errorId if Airbyte fails for a valid UUID', async () => {
    upstream.on('GET /connections/:id', () => errorId(500, 'cafe'));
    const response = await gateway.api.get(`/ingestion/${UUID}/status`).expect(502);
    expect(response.body).toMatchObject({ code: 'airbyte-failed', upstream: { errorId: 'cafe' } });
  });

  it('answers airbyte-misbehaved if the upstream serves HTML pages', async () => {
    upstream.on('GET /connections/:id', () => html());
    const response = await gateway.api.get(`/ingestion/${UUID}/status`).expect(502);
    expect(response.body).toMatchObject({ code: 'airbyte-misbehaved' });
  });

  it('retries after a connection reset', async () => {
    connection({});
    upstream.on('GET /connections/:id', (_request, nth) => (nth === 1 ? fault('reset') : undefined));
    expect(await status()).toMatchObject({ connectionId: UUID });
  });

  it('shares one upstream read between 100 concurrent callers', async () => {
    connection({});
    const usual = await startGateway({ AIRBYTE_API_URL: upstream.url, STATUS_MAX_AGE_MS: '60000' });
    const asked = Array.from({ length: 100 }, () => usual.api.get(`/ingestion/${UUID}/status`).expect(200));
    await Promise.all(asked);
    expect(upstream.requests.map((request) => request.operation)).toHaveLength(2);
    await usual.close();
  });

  it.each(['%2e%2e', '..%2f..%2fjobs', 'a%00b', 'x'.repeat(129), 'a b', 'check', 'pause', 'status'])(
    'refuses the id %s without a call to Airbyte',
    async (id) => {
      const response = await gateway.api.get(`/ingestion/${id}/status`);
      expect([400, 404]).toContain(response.status);
      expect(response.headers['content-type']).toContain('application/problem+json');
      expect(upstream.requests).toEqual([]);
    },
  );

  it('accepts ids of 128 characters', async () => {
    upstream.state.addConnection({ connectionId: 'x'.repeat(128) });
    expect(await status('x'.repeat(128))).toMatchObject({ connectionId: 'x'.repeat(128) });
  });
});
