import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  SAMPLE_CONNECTION_ID,
  SAMPLE_DESTINATION_IDS as DESTINATIONS,
  SAMPLE_SOURCE_IDS as SOURCES,
} from '../../src/embedded/samples/ids';
import { startGateway, type TestGateway } from '../support/gateway';
import { until } from '../support/until';

interface Run {
  readonly runId: string;
  readonly status: string;
  readonly rows: number | null;
}

describe('the gateway with the embedded Airbyte', () => {
  let dataDir: string;
  let gateway: TestGateway;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'embedded-e2e-'));
    gateway = await startGateway({ DATA_DIR: dataDir, STATUS_MAX_AGE_MS: '0' });
  });

  afterAll(async () => {
    await gateway.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  const create = async (body: object): Promise<string> => {
    const ids = { sourceId: SOURCES[0], destinationId: DESTINATIONS[0] };
    const response = await gateway.api
      .post('/ingestion')
      .send({ name: 'e2e', ...ids, ...body })
      .expect(201);
    return (response.body as { connectionId: string }).connectionId;
  };
  const status = async (id: string): Promise<Record<string, unknown>> =>
    (await gateway.api.get(`/ingestion/${id}/status`).expect(200)).body as Record<string, unknown>;
  const run = async (id: string, runId: string): Promise<Run> =>
    (await gateway.api.get(`/ingestion/${id}/runs/${runId}`).expect(200)).body as Run;
  const sync = async (id: string): Promise<Run> => {
    const started = (await gateway.api.post(`/ingestion/${id}/runs`).expect(202)).body as Run;
    return until(`run ${started.runId} to end`, async () => {
      const now = await run(id, started.runId);
      return ['succeeded', 'failed', 'cancelled'].includes(now.status) && now;
    });
  };

  it('is ready', async () => {
    await gateway.api.get('/health/ready').expect(200);
  });

  it.each(SOURCES.map((sourceId, index) => [sourceId, DESTINATIONS[index]]))(
    'accepts the documented ids %s and %s',
    async (sourceId, destinationId) => {
      expect(await create({ sourceId, destinationId })).toMatch(/^[\w-]{36}$/);
    },
  );

  it('contains the sample ingestion of the documentation with its Unix schedule', async () => {
    expect(await status(SAMPLE_CONNECTION_ID)).toMatchObject({
      status: 'active',
      lastSync: null,
      nextSync: expect.stringMatching(/T02:00:00\.000Z$/),
      schedule: { scheduleType: 'cron', cronExpression: '0 2 * * *', basicTiming: null, timeZone: 'UTC' },
    });
  });

  it('syncs every row of the sample and reports the time', async () => {
    const id = await create({ schedule: { scheduleType: 'manual' } });
    const done = await sync(id);
    expect(done).toMatchObject({ status: 'succeeded' });
    const sample = await readFile(join(dataDir, 'local', 'samples', 'orders.csv'), 'utf8');
    expect(done.rows).toBe(sample.trim().split('\n').length - 1);
    expect(await status(id)).toMatchObject({ lastSync: expect.stringMatching(/Z$/), nextSync: null });
  });

  it('refuses a second run with the id of the running one, or returns the running one', async () => {
    // It takes far longer than the requests, also on a busy machine.
    await writeFile(join(dataDir, 'local', 'large.csv'), `id\n${'1\n'.repeat(3_000_000)}`);
    const provider = { storage: 'local' };
    const configuration = { dataset_name: 'large', format: 'csv', url: '/local/large.csv', provider };
    const source = await gateway.api
      .post('/sources')
      .send({ name: 'Large', type: 'file', configuration })
      .expect(201);
    const id = await create({ sourceId: (source.body as { sourceId: string }).sourceId });
    const first = (await gateway.api.post(`/ingestion/${id}/runs`).expect(202)).body as Run;
    const second = await gateway.api.post(`/ingestion/${id}/runs`).expect(409);
    expect(second.body).toMatchObject({ code: 'run-in-progress', runId: first.runId });
    const attached = await gateway.api
      .post(`/ingestion/${id}/runs`)
      .send({ onConflict: 'attach' })
      .expect(200);
    expect(attached.body).toMatchObject({ runId: first.runId });
    const cancel = await gateway.api.post(`/ingestion/${id}/runs/${first.runId}/cancel`);
    expect([200, 202]).toContain(cancel.status);
    await until('it to end', async () => (await run(id, first.runId)).status === 'cancelled');
    const late = await gateway.api.post(`/ingestion/${id}/runs/${first.runId}/cancel`).expect(409);
    expect(late.body).toMatchObject({ code: 'run-ended' });
  });

  it('refuses a run of an inactive ingestion', async () => {
    const id = await create({ status: 'inactive' });
    const response = await gateway.api.post(`/ingestion/${id}/runs`).expect(409);
    expect(response.body).toMatchObject({ code: 'ingestion-inactive' });
  });

  it('answers 404 for a run of another ingestion and for an unknown run', async () => {
    const [one, other] = [await create({}), await create({})];
    const { runId } = await sync(one);
    await gateway.api.get(`/ingestion/${other}/runs/${runId}`).expect(404);
    await gateway.api.get(`/ingestion/${one}/runs/999999999`).expect(404);
    await gateway.api.get(`/ingestion/${one}/runs/abc`).expect(404);
  });

  it('lists each run once, newest first, page by page', async () => {
    const id = await create({});
    const made = [await sync(id), await sync(id), await sync(id)].map(({ runId }) => runId);
    const seen: string[] = [];
    let token: string | null = '';
    while (token !== null) {
      const response = await gateway.api
        .get(`/ingestion/${id}/runs?pageSize=2${token && `&pageToken=${token}`}`)
        .expect(200);
      const page = response.body as { data: Run[]; nextPageToken: string | null };
      seen.push(...page.data.map(({ runId }) => runId));
      token = page.nextPageToken;
    }
    expect(seen).toEqual(made.reverse());
  });

  it('answers 404 for a deleted ingestion', async () => {
    const id = await create({ schedule: { scheduleType: 'cron', cronExpression: '0 2 * * *' } });
    await gateway.api.delete(`/ingestion/${id}`).expect(204);
    await gateway.api.get(`/ingestion/${id}/status`).expect(404);
    await gateway.api.get(`/ingestion/${id}/runs`).expect(404);
    await gateway.api.post(`/ingestion/${id}/runs`).expect(404);
    await gateway.api.delete(`/ingestion/${id}`).expect(404);
  });

  it.each([
    ['0 2 * * *', 'UTC'],
    ['*/15 9-17 * * MON-FRI', 'UTC'],
    ['30 4 * * 0', 'UTC'],
    ['30 4 * * 7', 'UTC'],
    ['0 6 * * 1-5/2', 'UTC'],
    ['0 0 2 * * ?', 'UTC'],
    ['0 0 2 ? * MON-FRI *', 'UTC'],
    ['0000 0 2 * * ?', 'UTC'],
  ])('gives %s back as it was sent, after a restart too', async (cronExpression, timeZone) => {
    const id = await create({ schedule: { scheduleType: 'cron', cronExpression } });
    expect(await status(id)).toMatchObject({ schedule: { cronExpression, timeZone } });
  });

  it('translates an interval that Airbyte cannot create, and returns it as an interval', async () => {
    const id = await create({ schedule: { scheduleType: 'basic', basicTiming: 'every 6 hours' } });
    const { schedule, nextSync } = await status(id);
    expect(schedule).toEqual({
      scheduleType: 'basic',
      cronExpression: null,
      basicTiming: 'Every 6 HOURS',
      timeZone: null,
    });
    const waitMs = new Date(String(nextSync)).getTime() - Date.now();
    expect(waitMs).toBeGreaterThan(6 * 3_600_000 - 61_000);
    expect(waitMs).toBeLessThanOrEqual(6 * 3_600_000);
  });
});
