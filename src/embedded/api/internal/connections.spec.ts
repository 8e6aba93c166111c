import type { Answer } from '../../../../test/embedded/embedded-kit';
import { objectsAt, ScriptedAirbyte } from '../../../../test/embedded/scripted-airbyte';
import { until } from '../../../../test/support/until';
import { objectAt, type JsonObject } from '../../platform/json';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';

let airbyte: ScriptedAirbyte;
let connectionId: string;

beforeAll(async () => {
  airbyte = await ScriptedAirbyte.start();
});

afterAll(() => airbyte.remove());

beforeEach(async () => {
  connectionId = await airbyte.connect('incremental_append', { status: 'inactive', prefix: 'p_' });
});

const update = (members: JsonObject): Promise<Answer> =>
  airbyte.api.internal('/connections/update', { connectionId, ...members });

const zoned = (cronExpression: string, cronTimeZone: string): JsonObject => ({
  scheduleType: 'cron',
  scheduleData: { cron: { cronExpression, cronTimeZone } },
});

const interval = (timeUnit: string, units: number): JsonObject => ({
  scheduleType: 'basic',
  scheduleData: { basicSchedule: { timeUnit, units } },
});

const publicSchedule = async (): Promise<unknown> =>
  (await airbyte.api.get(`/connections/${connectionId}`)).body['schedule'];

describe('the schedule of a connection', () => {
  it('takes a time zone, which is apart here and behind the expression in the public API', async () => {
    const schedule = zoned('0 30 2 * * ?', 'Europe/Berlin');
    const { status, body } = await update(schedule);
    expect(status).toBe(200);
    expect(body).toMatchObject({ connectionId, status: 'inactive', prefix: 'p_', ...schedule });
    expect((await airbyte.api.internal('/connections/get', { connectionId })).body).toEqual(body);
    expect(await publicSchedule()).toEqual({
      scheduleType: 'cron',
      cronExpression: '0 30 2 * * ? Europe/Berlin',
    });
  });

  it('takes an interval, which the public API shows as a timing', async () => {
    const schedule = interval('hours', 7);
    expect((await update(schedule)).body).toMatchObject(schedule);
    await airbyte.restart();
    expect(await publicSchedule()).toEqual({ scheduleType: 'basic', basicTiming: 'Every 7 HOURS' });
  });

  it('stays when other members change, by either API, and is removed by manual', async () => {
    await update(zoned('0 30 2 * * ?', 'US/Pacific'));
    expect((await update({ name: 'Renamed' })).body).toMatchObject({ name: 'Renamed', scheduleType: 'cron' });
    await airbyte.api.patch(`/connections/${connectionId}`, { prefix: '' });
    expect(await publicSchedule()).toMatchObject({ cronExpression: '0 30 2 * * ? US/Pacific' });
    expect((await update({ scheduleType: 'manual' })).body).not.toHaveProperty('scheduleData');
    expect(await publicSchedule()).toEqual({ scheduleType: 'manual' });
  });

  it('of an interval starts a job at once when the connection is activated', async () => {
    await update(interval('days', 2));
    await update({ status: 'active' });
    const [entry] = await until('the first job', async () => {
      const found = await airbyte.jobsOf(connectionId, { statuses: ['succeeded'] });
      return found.length > 0 ? found : null;
    });
    const job = objectAt(entry ?? {}, 'job') ?? {};
    airbyte.setClock(new Date(Number(job['startedAt']) * 1000 + 2 * 24 * 3_600_000 + 1000));
    const both = await until('the second job', async () => {
      const found = await airbyte.jobsOf(connectionId, { statuses: ['succeeded'] });
      return found.length === 2 ? found : null;
    });
    expect(both[1]).toEqual(entry);
    airbyte.setClock(new Date());
  });

  it.each<[string, JsonObject, number]>([
    ['an unknown zone', zoned('0 30 2 * * ?', 'Mars/Base'), 400],
    ['a zone in another case', zoned('0 30 2 * * ?', 'europe/berlin'), 400],
    ['a zone of Etc', zoned('0 30 2 * * ?', 'Etc/UTC'), 400],
    ['an offset', zoned('0 30 2 * * ?', '+02:00'), 400],
    ['five fields', zoned('30 2 * * *', 'UTC'), 400],
    ['an expression that only the scheduler refuses', zoned('0 0 2 ? * 2-1/2', 'UTC'), 400],
    [
      'an expression without a zone',
      { scheduleType: 'cron', scheduleData: { cron: { cronExpression: '0 0 2 * * ?' } } },
      400,
    ],
    ['a unit that does not exist', interval('years', 1), 400],
    ['no units', interval('hours', 0), 400],
    ['parts of a unit', interval('hours', 1.5), 400],
    ['a type without data', { scheduleType: 'cron' }, 422],
    ['the data of another type', { scheduleType: 'basic', scheduleData: { cron: {} } }, 422],
    ['a type that does not exist', { scheduleType: 'weekly' }, 400],
    ['a status that does not exist', { status: 'paused' }, 400],
    ['streams', { syncCatalog: { streams: [] } }, 501],
  ])('refuses %s and changes nothing', async (_case, members, status) => {
    const { body: before } = await airbyte.api.internal('/connections/get', { connectionId });
    expect((await update({ name: 'Changed', ...members })).status).toBe(status);
    expect((await airbyte.api.internal('/connections/get', { connectionId })).body).toEqual(before);
  });

  it('of an unknown or deleted connection is not found', async () => {
    expect((await airbyte.api.internal('/connections/get', { connectionId: UNKNOWN })).status).toBe(404);
    expect((await airbyte.api.internal('/connections/update', { connectionId: UNKNOWN })).status).toBe(404);
    await airbyte.api.delete(`/connections/${connectionId}`);
    expect((await update({ name: 'x' })).status).toBe(404);
    expect((await airbyte.api.internal('/connections/update', {})).status).toBe(400);
  });
});

it('a connection has its streams with their modes and schemas', async () => {
  const { body } = await airbyte.api.internal('/connections/get', { connectionId });
  expect(body).toMatchObject({
    namespaceDefinition: 'destination',
    nonBreakingChangesPreference: 'ignore',
    scheduleType: 'manual',
  });
  expect(objectsAt(objectAt(body, 'syncCatalog') ?? {}, 'streams')[0]).toMatchObject({
    stream: { name: 'orders', jsonSchema: { properties: { id: { type: 'integer' } } } },
    config: { syncMode: 'incremental', destinationSyncMode: 'append', cursorField: ['id'], selected: true },
  });
});
