import { DAILY, UUID, ingestionBench, type Resource } from '../support/ingestion-bench';
import { DESTINATION_ID, problem, SOURCE_ID } from '../support/scripted-upstream';

const NEW_YORK = { scheduleType: 'cron', cronExpression: '0 0 2 * * ? America/New_York' };
const ORDERS = { name: 'Orders', sourceId: SOURCE_ID, destinationId: DESTINATION_ID };

const bench = ingestionBench();
const { connection, read, patch, sent } = bench;

describe('PATCH /ingestion/{connectionId}', () => {
  it.each([
    [{ name: 'New' }, { name: 'New' }],
    [{ status: 'inactive' }, { status: 'inactive' }],
    [{ name: 'New', status: 'active', schedule: null }, { name: 'New' }],
    [{ schedule: { scheduleType: 'manual' } }, { schedule: { scheduleType: 'manual' } }],
    [
      { schedule: { scheduleType: 'cron', cronExpression: '0 0 3 * * ?' } },
      { schedule: { scheduleType: 'cron', cronExpression: '0 0 3 * * ?' } },
    ],
  ])('sends what differs and nothing else: %o', async (changes, expected) => {
    connection({ schedule: DAILY });
    const response = await patch(changes).expect(200);
    expect(sent()).toEqual([expected]);
    expect(response.headers['etag']).toBe((await read()).etag);
    expect(response.body).toEqual((await read()).body);
  });

  it.each([
    {},
    { name: null, schedule: null, status: null },
    { name: 'Orders to warehouse', status: 'active' },
  ])('sends nothing if nothing differs: %o', async (changes) => {
    connection({ schedule: DAILY });
    await patch(changes).expect(200);
    expect(sent()).toEqual([]);
  });

  it.each([
    ['0 2 * * *', 'UTC'],
    ['*/15 9-17 * * MON-FRI', 'UTC'],
    ['0 0 2 ? * MON-FRI *', 'UTC'],
  ])('accepts a schedule as GET returned it, created here as %s', async (cronExpression) => {
    const schedule = { scheduleType: 'cron', cronExpression };
    const created = await bench.api
      .post('/ingestion')
      .send({ ...ORDERS, schedule })
      .expect(201);
    const { connectionId } = created.body as { connectionId: string };
    const { schedule: given } = (await bench.api.get(`/ingestion/${connectionId}`).expect(200))
      .body as Resource;
    const response = await bench.api
      .patch(`/ingestion/${connectionId}`)
      .send({ schedule: given })
      .expect(200);
    expect(response.body).toMatchObject({ schedule: given });
    expect(sent()).toEqual([]);
  });

  it.each([
    [DAILY],
    [NEW_YORK],
    [{ scheduleType: 'cron', cronExpression: '0 27 * * * ? * US/Pacific' }],
    [{ scheduleType: 'cron', cronExpression: '00 00 02 * * ? UTC' }],
    [{ scheduleType: 'cron', cronExpression: '0 0 2 31 2 ? UTC' }],
    [{ scheduleType: 'cron', cronExpression: '0 0 2 * * ? Mars/Olympus' }],
    [{ scheduleType: 'basic', basicTiming: 'Every 24 HOURS' }],
    [{ scheduleType: 'basic', basicTiming: 'Every 7 hours' }],
    [{ scheduleType: 'basic', basicTiming: 'Every 1 MONTHS' }],
    [{ scheduleType: 'manual' }],
  ])('accepts a schedule as GET returned it, created in the UI of Airbyte as %o', async (schedule) => {
    connection({ schedule });
    const { body, etag } = await read();
    const response = await patch({ schedule: body.schedule, name: 'New' }, { 'if-match': etag }).expect(200);
    expect(response.body).toMatchObject({ schedule: body.schedule });
    expect(sent()).toEqual([{ name: 'New' }]);
    expect(bench.upstream.state.connections.get(UUID)?.schedule).toEqual(schedule);
  });

  it.each([
    ['the same hours without a zone', { cronExpression: '0 0 2 * * ?' }],
    ['other hours without a zone', { cronExpression: '0 0 3 * * ?', timeZone: null }],
    ['other hours in that zone', { cronExpression: '0 0 3 * * ?', timeZone: 'America/New_York' }],
  ])('refuses a change that would move another zone to UTC: %s', async (_, members) => {
    connection({ schedule: NEW_YORK });
    const response = await patch({ schedule: { scheduleType: 'cron', ...members } }).expect(400);
    expect(response.body).toMatchObject({ errors: [{ field: 'schedule.timeZone' }] });
    expect(sent()).toEqual([]);
  });

  it('moves another zone to UTC if timeZone is UTC', async () => {
    connection({ schedule: NEW_YORK });
    const schedule = { scheduleType: 'cron', cronExpression: '0 0 7 * * ?', timeZone: 'UTC' };
    expect((await patch({ schedule }).expect(200)).body).toMatchObject({ schedule });
  });

  it('keeps the start of an interval that does not change', async () => {
    const hours = { scheduleType: 'basic', basicTiming: 'Every 6 HOURS' };
    const created = await bench.api
      .post('/ingestion')
      .send({ ...ORDERS, schedule: hours })
      .expect(201);
    const { connectionId } = created.body as { connectionId: string };
    await bench.api
      .patch(`/ingestion/${connectionId}`)
      .send({ schedule: { ...hours, basicTiming: 'every 6 hours' } });
    expect(sent()).toEqual([]);
  });

  it('changes the ingestion only if If-Match names its current version', async () => {
    connection({ schedule: DAILY });
    const { etag } = await read();
    await patch({ name: 'First' }, { 'if-match': etag }).expect(200);
    const late = await patch({ name: 'Second' }, { 'if-match': etag }).expect(412);
    expect(late.body).toMatchObject({ code: 'precondition-failed', status: 412 });
    await patch({ name: 'Third' }, { 'if-match': `W/${(await read()).etag}` }).expect(412);
    await patch({ name: 'Fourth' }, { 'if-match': `"other", ${(await read()).etag}` }).expect(200);
    await patch({ name: 'Fifth' }, { 'if-match': '*' }).expect(200);
    expect(sent()).toEqual([{ name: 'First' }, { name: 'Fourth' }, { name: 'Fifth' }]);
  });

  it('names the double quotes that If-Match needs', async () => {
    connection({ schedule: DAILY });
    const tag = (await read()).etag.slice(1, -1);
    const bare = await patch({ name: 'First' }, { 'if-match': tag }).expect(412);
    expect((bare.body as { detail: string }).detail).toBe(
      `If-Match is not an entity tag. Send the ETag with its double quotes: If-Match: "${tag}"`,
    );
    const weak = await patch({ name: 'Second' }, { 'if-match': `W/"${tag}"` }).expect(412);
    expect((weak.body as { detail: string }).detail).toContain('leave out W/');
    expect(sent()).toEqual([]);
  });

  it.each([
    ['status', { status: 'deprecated' }],
    ['sourceId', { sourceId: SOURCE_ID }],
    ['streams', { streams: [] }],
    ['name', { name: '' }],
    ['schedule.cronExpression', { schedule: { scheduleType: 'cron', cronExpression: '0 2 * *' } }],
    ['schedule.scheduleType', { schedule: {} }],
  ])('refuses %s in %o', async (field, changes) => {
    connection();
    const response = await patch(changes).expect(400);
    expect(response.body).toMatchObject({ errors: [{ field }] });
    expect(sent()).toEqual([]);
  });

  it('returns the message of Airbyte for a locked ingestion', async () => {
    connection({ status: 'locked' });
    bench.upstream.on('PATCH /connections/:id', () => problem(409, 'The connection is locked'));
    const response = await patch({ name: 'New' }).expect(409);
    expect(response.body).toMatchObject({
      code: 'conflict',
      upstream: { message: 'The connection is locked' },
    });
  });
});
