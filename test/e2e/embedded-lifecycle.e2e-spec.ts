import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGateway, type TestGateway } from '../support/gateway';

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
describe('a gateway with the embedded Airbyte', () => {
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

  it('checks, creates, lists, changes, runs and deletes an ingestion', async () => {
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

  it('lists every ingestion once, page by page', async () => {
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
