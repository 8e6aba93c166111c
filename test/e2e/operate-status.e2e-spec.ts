import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clockOf } from '../support/clock';
import { startGateway, type TestGateway } from '../support/gateway';
import { fault, ScriptedUpstream } from '../support/scripted-upstream';

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

describe('a status that tells the truth', () => {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;
  let nowMs = START;

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    gateway = await startGateway(
      { AIRBYTE_API_URL: upstream.url, STATUS_MAX_AGE_MS: '0' },
      clockOf(() => new Date(nowMs++)),
    );
  });

  beforeEach(() => {
    upstream.clear();
    upstream.state.addConnection({ connectionId: UUID, schedule: DAILY, createdAt: 1_760_000_000 });
  });

  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  const job = (
    day: number,
    row: { status?: string; lastUpdatedAt?: string; rowsSynced?: number } = {},
  ): number => {
    const date = `2026-01-${String(day).padStart(2, '0')}`;
    const ended = { lastUpdatedAt: `${date}T02:07Z`, rowsSynced: 5, bytesSynced: 50 };
    const isRunning = row.status === 'running';
    return upstream.state.addJob({
      connectionId: UUID,
      startTime: `${date}T02:00Z`,
      ...(isRunning ? {} : ended),
      ...row,
    }).jobId;
  };
  const read = (query = '', headers: Record<string, string> = {}): ReturnType<typeof gateway.api.get> =>
    gateway.api.get(`/ingestion/${UUID}/status${query}`).set(headers);

  it('tells the last run, the current one, and what follows', async () => {
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

  it('says what is wrong, since when, and how often', async () => {
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

  it('shows the word that Airbyte invents tomorrow beside unknown', async () => {
    Object.assign(upstream.state.connections.get(UUID) ?? {}, { status: 'hibernating' });
    const response = await read().expect(200);
    expect(response.body).toMatchObject({
      status: 'unknown',
      upstreamStatus: 'hibernating',
      nextSyncReason: 'unknown',
      nextSyncs: [],
    });
  });

  it('answers 304 while nothing happens though time passes, and 200 once something has', async () => {
    job(15);
    const first = await read().expect(200);
    const etag = String(first.headers['etag']);
    expect(etag).toMatch(/^W\/"[\w-]+"$/);
    expect(first.headers['cache-control']).toBe('private, no-cache');
    nowMs += 600_000;
    const same = await read('', { 'if-none-match': etag }).expect(304);
    expect([same.text, same.headers['etag'], same.headers['cache-control']]).toEqual([
      '',
      etag,
      'private, no-cache',
    ]);
    job(15, { status: 'running' });
    const changed = await read('', { 'if-none-match': etag }).expect(200);
    expect(changed.headers['etag']).not.toBe(etag);
    expect((changed.body as { observedAt: string }).observedAt).not.toBe(
      (first.body as { observedAt: string }).observedAt,
    );
  });

  it.each([
    ['PT9H', 'healthy'],
    ['PT8H', 'stale'],
    ['P1D', 'healthy'],
    ['PT30M10S', 'stale'],
  ])('judges by freshness=%s', async (freshness, health) => {
    job(15);
    expect((await read(`?freshness=${freshness}`).expect(200)).body).toMatchObject({ health });
  });

  it.each(['6h', 'P1M', 'P', 'PT', 'PT0S', '', 'P1DT'])('refuses freshness=%s', async (freshness) => {
    const response = await read(`?freshness=${freshness}`).expect(400);
    expect(response.body).toMatchObject({ errors: [{ field: 'freshness' }] });
  });

  it('lets the operator say how late is too late', async () => {
    for (const day of [12, 13, 14]) job(day);
    expect((await read().expect(200)).body).toMatchObject({ health: 'running_late' });
    const settings = { AIRBYTE_API_URL: upstream.url, MISSED_RUN_TOLERANCE_MINUTES: '600' };
    const patient = await startGateway(
      settings,
      clockOf(() => new Date(START)),
    );
    const response = await patient.api.get(`/ingestion/${UUID}/status`).expect(200);
    expect(response.body).toMatchObject({ health: 'healthy' });
    await patient.close();
  });

  describe('POST /ingestion/status/batch', () => {
    const batch = async (ids: readonly string[], query = ''): Promise<Result[]> => {
      const response = await gateway.api.post(`/ingestion/status/batch${query}`).send({ ids }).expect(200);
      return (response.body as { results: Result[] }).results;
    };

    it('answers for a hundred in their order, each with a status or a problem', async () => {
      const ids = Array.from(
        { length: 97 },
        (_, n) => upstream.state.addConnection({ connectionId: `c-${n}` }).connectionId,
      );
      upstream.on('GET /connections/:id', ({ id }) => (id === 'c-50' ? fault('garbage') : undefined));
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

    it('reads each of a hundred connections once, and the runs of all in bulk', async () => {
      const ids = Array.from({ length: 100 }, (_, n) => {
        const { connectionId } = upstream.state.addConnection({ connectionId: `bulk-${n}` });
        for (const day of ['13', '14', '15', '16']) {
          const times = { startTime: `2026-01-${day}T02:00Z`, lastUpdatedAt: `2026-01-${day}T02:07:41Z` };
          upstream.state.addJob({ connectionId, status: 'succeeded', ...times });
        }
        return connectionId;
      });
      const before = upstream.requests.length;
      const results = await batch(ids);
      expect(results.map(({ status }) => status?.lastSync)).toEqual(
        ids.map(() => '2026-01-16T02:07:41.000Z'),
      );
      expect(upstream.requests.length - before).toBeLessThanOrEqual(105);
    });

    it('believes nothing that it knows of an Airbyte that was set up anew', async () => {
      const ids = ['a', 'b', 'c'];
      const addAll = (status: string): void => {
        for (const connectionId of ids) {
          upstream.state.addConnection({ connectionId });
          const times = { startTime: '2026-01-15T02:00Z', lastUpdatedAt: '2026-01-15T02:07:41Z' };
          upstream.state.addJob({ connectionId, status, ...times });
        }
      };
      addAll('failed');
      addAll('succeeded');
      expect((await batch(ids)).map(({ status }) => status?.lastRun?.status)).toEqual(
        ids.map(() => 'succeeded'),
      );
      upstream.clear();
      addAll('failed');
      expect((await batch(ids)).map(({ status }) => [status?.lastSync, status?.lastRun?.status])).toEqual(
        ids.map(() => [null, 'failed']),
      );
    });

    it('tells the runs of an ingestion outside the workspace that lists are limited to', async () => {
      const limited = await startGateway({ AIRBYTE_API_URL: upstream.url, AIRBYTE_WORKSPACE_ID: 'w-listed' });
      const ids = ['w-listed', 'w-listed', 'w-listed', 'w-other'].map(
        (workspaceId) => upstream.state.addConnection({ workspaceId }).connectionId,
      );
      const times = { startTime: '2026-01-15T02:00Z', lastUpdatedAt: '2026-01-15T02:07:41Z' };
      for (const connectionId of ids) upstream.state.addJob({ connectionId, status: 'succeeded', ...times });
      const response = await limited.api.post('/ingestion/status/batch').send({ ids }).expect(200);
      await limited.close();
      const { results } = response.body as { results: Result[] };
      expect(results.map(({ status }) => status?.lastSync)).toEqual(
        ids.map(() => '2026-01-15T02:07:41.000Z'),
      );
    });

    it('says the same as a status alone', async () => {
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
      const response = await gateway.api.post('/ingestion/status/batch').send(body).expect(400);
      expect(response.body).toMatchObject({ errors: [{ field: 'ids' }] });
    });
  });
});

describe('with the embedded Airbyte', () => {
  const SOURCE = '95e66a59-8045-4307-9678-63bc3c9b8c93';
  const DESTINATION = 'e478de0d-a3a0-475c-b019-25f7dd29e281';
  let dataDir: string;
  let gateway: TestGateway;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'operate-e2e-'));
    gateway = await startGateway({ DATA_DIR: dataDir, STATUS_MAX_AGE_MS: '0' });
  });

  afterAll(async () => {
    await gateway.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('an ingestion is checked, made, found, changed, run, judged and deleted', async () => {
    const { api } = gateway;
    const wanted = {
      name: 'Operated',
      sourceId: SOURCE,
      destinationId: DESTINATION,
      schedule: { scheduleType: 'cron', cronExpression: '0 2 * * *' },
    };
    const sources = await api.get('/sources?pageSize=100').expect(200);
    expect((sources.body as { data: { sourceId: string }[] }).data.map(({ sourceId }) => sourceId)).toContain(
      SOURCE,
    );
    const destinations = await api.get('/destinations?pageSize=100').expect(200);
    expect(destinations.text).toContain(DESTINATION);

    const check = await api.post('/ingestion/check').send(wanted).expect(200);
    expect(check.body).toMatchObject({
      quartzExpression: '0 0 2 * * ?',
      nextSyncs: [expect.any(String), expect.any(String), expect.any(String)],
    });
    const none = await api.get('/ingestion?name=operated').expect(200);
    expect(none.body).toEqual({ data: [], nextPageToken: null });

    const created = await api.post('/ingestion').send(wanted).expect(201);
    const { connectionId } = created.body as { connectionId: string };
    const path = `/ingestion/${connectionId}`;
    const whole = await api.get(path).expect(200);
    const [stream] = (whole.body as { streams: { name: string; syncMode: string }[] }).streams;
    expect(stream).toMatchObject({ syncMode: 'full_refresh_overwrite' });

    const chosen = {
      ...wanted,
      name: 'Chosen',
      streams: [{ name: stream?.name, syncMode: 'full_refresh_append' }],
    };
    const other = (await api.post('/ingestion').send(chosen).expect(201)).body as { connectionId: string };
    const { body } = await api.get(`/ingestion/${other.connectionId}`).expect(200);
    expect(body).toMatchObject({ streams: [{ name: stream?.name, syncMode: 'full_refresh_append' }] });

    const etag = String(whole.headers['etag']);
    const schedule = { scheduleType: 'basic', basicTiming: 'Every 6 HOURS' };
    const patched = await api
      .patch(path)
      .set('if-match', etag)
      .send({ schedule, status: 'inactive' })
      .expect(200);
    expect(patched.body).toMatchObject({
      status: 'inactive',
      schedule,
      streams: (whole.body as { streams: unknown }).streams,
    });
    await api.patch(path).set('if-match', etag).send({ name: 'Late' }).expect(412);
    const paused = await api.get('/ingestion?health=paused&pageSize=100').expect(200);
    expect(paused.text).toContain(connectionId);

    await api
      .patch(path)
      .send({ status: 'active', schedule: { scheduleType: 'manual' } })
      .expect(200);
    const { runId } = (await api.post(`${path}/runs`).expect(202)).body as Run;
    const ended = await api.get(`${path}/runs/${runId}?wait=60`).expect(200);
    expect(ended.body).toMatchObject({ status: 'succeeded' });

    const batch = await api
      .post('/ingestion/status/batch')
      .send({ ids: [connectionId, 'unknown'] })
      .expect(200);
    expect(batch.body).toMatchObject({
      results: [
        {
          status: {
            syncState: 'idle',
            health: 'healthy',
            nextSyncReason: 'manual',
            lastRun: { runId },
            currentRun: null,
          },
        },
        { problem: { code: 'ingestion-not-found' } },
      ],
    });
    const listed = await api.get('/ingestion?name=operated').expect(200);
    expect(listed.body).toMatchObject({
      data: [{ connectionId, health: 'healthy', lastSync: expect.any(String) }],
    });

    const status = await api.get(`${path}/status`).expect(200);
    await api.get(`${path}/status`).set('if-none-match', String(status.headers['etag'])).expect(304);

    await api.delete(path).expect(204);
    await api.get(path).expect(404);
    await api.patch(path).send({ name: 'Gone' }).expect(404);
    await api.get(`${path}/runs/${runId}?wait=5`).expect(404);
    expect((await api.get('/ingestion?name=operated').expect(200)).body).toMatchObject({ data: [] });
    const after = await api
      .post('/ingestion/status/batch')
      .send({ ids: [connectionId] })
      .expect(200);
    expect(after.body).toMatchObject({
      results: [{ status: null, problem: { code: 'ingestion-not-found' } }],
    });
  });

  it('a walk shows every ingestion once', async () => {
    const seen: string[] = [];
    let token: string | null = '';
    while (token !== null) {
      const response = await gateway.api
        .get(`/ingestion?pageSize=1${token && `&pageToken=${token}`}`)
        .expect(200);
      const page = response.body as { data: Status[]; nextPageToken: string | null };
      seen.push(...page.data.map(({ connectionId }) => connectionId));
      token = page.nextPageToken;
    }
    const whole = await gateway.api.get('/ingestion?pageSize=100').expect(200);
    const ids = (whole.body as { data: Status[] }).data.map(({ connectionId }) => connectionId);
    expect(seen).toEqual(ids);
    expect(new Set(seen).size).toBe(seen.length);
  });
});
