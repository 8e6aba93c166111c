import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SAMPLE_DESTINATION_IDS, SAMPLE_SOURCE_IDS } from '../../src/embedded/samples/ids';
import { startGateway, type TestGateway } from '../support/gateway';
import { until } from '../support/until';

const BERLIN = { scheduleType: 'cron', cronExpression: '30 2 * * 1-5', timeZone: 'Europe/Berlin' };
const SEVEN = { scheduleType: 'basic', basicTiming: 'Every 7 HOURS' };
const HOUR_MS = 3_600_000;

interface Status {
  readonly lastSync: string | null;
  readonly nextSync: string | null;
}

describe('time zones and intervals with the embedded Airbyte', () => {
  let dataDir: string;
  let gateway: TestGateway;

  const start = (settings: Record<string, string> = {}): Promise<TestGateway> =>
    startGateway({ DATA_DIR: dataDir, STATUS_MAX_AGE_MS: '0', ...settings });

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'zones-e2e-'));
    gateway = await start();
  });

  afterAll(async () => {
    await gateway.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  const create = async (schedule: object, more: object = {}): Promise<string> => {
    const ids = { sourceId: SAMPLE_SOURCE_IDS[0], destinationId: SAMPLE_DESTINATION_IDS[0] };
    const streams = [{ name: 'orders', syncMode: 'full_refresh_append' }];
    const { body } = await gateway.api
      .post('/ingestion')
      .send({ name: 'Zoned', ...ids, streams, schedule, ...more })
      .expect(201);
    expect(body).toMatchObject({ schedule });
    return (body as { connectionId: string }).connectionId;
  };
  const status = async (id: string): Promise<Status> =>
    (await gateway.api.get(`/ingestion/${id}/status`).expect(200)).body as Status;

  it('have their capabilities on', async () => {
    const { body } = await gateway.api.get('/capabilities').expect(200);
    expect(body).toMatchObject({
      capabilities: expect.arrayContaining([
        { name: 'timeZones', state: 'on', reason: null },
        { name: 'intervals', state: 'on', reason: null },
      ]) as unknown,
    });
  });

  it('are kept over a restart, with the next sync in the zone', async () => {
    const ids = [await create(BERLIN), await create(SEVEN, { status: 'inactive' })];
    await gateway.close();
    gateway = await start();
    for (const [index, schedule] of [BERLIN, SEVEN].entries()) {
      const { body } = await gateway.api.get(`/ingestion/${ids[index] ?? ''}`).expect(200);
      expect(body).toMatchObject({ schedule, status: index === 0 ? 'active' : 'inactive' });
    }
    const { nextSync } = await status(ids[0] ?? '');
    const inBerlin = new Intl.DateTimeFormat('en-GB', {
      timeZone: 'Europe/Berlin',
      hour: '2-digit',
      minute: '2-digit',
    });
    // On the Sunday of the change the hour from 2 to 3 is skipped, but the schedule fires on weekdays only.
    expect(inBerlin.format(new Date(nextSync ?? Number.NaN))).toBe('02:30');
  });

  it('start a sync at once for an interval, and the next one interval later', async () => {
    const id = await create(SEVEN);
    const after = await until('the first sync', async () => {
      const now = await status(id);
      return now.lastSync !== null && now;
    });
    const { body } = await gateway.api.get(`/ingestion/${id}/runs`).expect(200);
    const [run] = (body as { data: { queuedAt: string }[] }).data;
    expect(Date.parse(after.nextSync ?? '') - Date.parse(run?.queuedAt ?? '')).toBe(7 * HOUR_MS);
  });

  it('are changed, and refused where the internal API is off', async () => {
    const id = await create({ scheduleType: 'manual' });
    for (const schedule of [BERLIN, { scheduleType: 'basic', basicTiming: 'Every 1 MONTHS' }])
      expect((await gateway.api.patch(`/ingestion/${id}`).send({ schedule }).expect(200)).body).toMatchObject(
        {
          schedule,
        },
      );
    await gateway.close();
    gateway = await start({ AIRBYTE_INTERNAL_API: 'off' });
    const { body } = await gateway.api.patch(`/ingestion/${id}`).send({ schedule: BERLIN }).expect(400);
    expect(body).toMatchObject({
      errors: [
        { field: 'schedule.timeZone', hint: expect.stringContaining('capability timeZones') as string },
      ],
    });
    await gateway.api
      .patch(`/ingestion/${id}`)
      .send({ schedule: { scheduleType: 'manual' } })
      .expect(200);
  });
});
