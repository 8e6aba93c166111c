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

describe('the timeline of a connection', () => {
  const events = async (more: JsonObject = {}): Promise<JsonObject[]> => {
    const { body } = await airbyte.api.internal('/connections/events/list', { connectionId, ...more });
    return objectsAt(body, 'events');
  };
  const typesOf = async (more: JsonObject = {}): Promise<unknown[]> =>
    (await events(more)).map(({ eventType }) => eventType);
  const withReason = (
    connectionUpdate: JsonObject,
    updateReason: string,
    more: JsonObject = {},
  ): Promise<Answer> =>
    airbyte.api.internal('/connections/update_with_reason', {
      connectionUpdate: { connectionId, ...connectionUpdate },
      updateReason,
      ...more,
    });

  it('has why and by whom it was paused, also after a restart', async () => {
    await update({ status: 'active' });
    const paused = await withReason(
      { status: 'inactive' },
      'The warehouse moves [until=2026-12-24T06:00:00Z]',
    );
    expect([paused.status, paused.body['status']]).toEqual([200, 'inactive']);
    await airbyte.restart();
    const [event] = await events({ eventTypes: ['CONNECTION_DISABLED'], pagination: { pageSize: 1 } });
    expect(event).toMatchObject({
      connectionId,
      eventType: 'CONNECTION_DISABLED',
      summary: { disabledReason: 'The warehouse moves [until=2026-12-24T06:00:00Z]' },
      user: { id: '00000000-0000-0000-0000-000000000000', name: 'Default User' },
      createdAt: expect.any(Number) as number,
    });
    expect(Math.abs(Number(event?.['createdAt']) - Date.now() / 1000)).toBeLessThan(600);
    expect(await typesOf()).toEqual(['CONNECTION_DISABLED', 'CONNECTION_ENABLED']);
  });

  it('has no user for an automatic update', async () => {
    await update({ status: 'active' });
    await withReason({ status: 'inactive' }, 'TOO_MANY_FAILED_JOBS_WITH_NO_RECENT_SUCCESS', {
      autoUpdate: true,
    });
    expect((await events())[0]).not.toHaveProperty('user');
  });

  it('has the old and the new value of each setting, whichever API changed it', async () => {
    await withReason({ name: 'New', ...zoned('0 0 2 * * ?', 'UTC') }, 'a new name');
    await airbyte.api.patch(`/connections/${connectionId}`, { prefix: 'q_', status: 'active' });
    await airbyte.api.patch(`/connections/${connectionId}`, { prefix: 'q_' });
    expect(await events()).toMatchObject([
      { eventType: 'CONNECTION_ENABLED', summary: {} },
      { eventType: 'CONNECTION_SETTINGS_UPDATE', summary: { patches: { prefix: { from: 'p_', to: 'q_' } } } },
      {
        eventType: 'CONNECTION_SETTINGS_UPDATE',
        summary: {
          updateReason: 'a new name',
          patches: {
            name: { to: 'New' },
            scheduleType: { from: 'manual', to: 'cron' },
            scheduleData: { from: null, to: { cron: { cronTimeZone: 'UTC' } } },
          },
        },
      },
    ]);
  });

  it('has the streams that were added and removed', async () => {
    const streams = [{ name: 'orders', syncMode: 'full_refresh_append' }];
    await airbyte.api.patch(`/connections/${connectionId}`, { configurations: { streams } });
    expect(await events()).toMatchObject([
      {
        eventType: 'SCHEMA_CONFIG_UPDATE',
        summary: {
          airbyteCatalogDiff: {
            catalogConfigDiff: {
              streamsEnabled: [],
              streamsDisabled: [{ streamName: 'people' }],
              syncModesChanged: [{ streamName: 'orders', currentSyncMode: 'full_refresh_append' }],
            },
          },
        },
      },
    ]);
  });

  it('has the start and the end of each job, with counts and the reason of a failure', async () => {
    await update({ status: 'active' });
    const succeeded = await airbyte.sync(connectionId);
    airbyte.script({ failsForGood: true });
    const failed = await airbyte.sync(connectionId, 'failed');
    airbyte.script({ rows: { orders: 20, people: 3 }, failAfter: [5, 0, 0, 0, 0, 0, 0] });
    const incomplete = await airbyte.sync(connectionId, 'failed');
    airbyte.script({ stopsAfter: 0, rows: { orders: 30, people: 3 } });
    const cancelled = await airbyte.api.sync(connectionId);
    await airbyte.api.jobIn(cancelled, 'running');
    await airbyte.api.delete(`/jobs/${cancelled}`);
    expect(
      (await events()).map(({ eventType, summary, user }) => [
        eventType,
        (summary as JsonObject)['jobId'],
        user !== undefined,
      ]),
    ).toEqual([
      ['SYNC_CANCELLED', cancelled, true],
      ['SYNC_STARTED', cancelled, true],
      ['SYNC_INCOMPLETE', incomplete, false],
      ['SYNC_STARTED', incomplete, true],
      ['SYNC_FAILED', failed, false],
      ['SYNC_STARTED', failed, true],
      ['SYNC_SUCCEEDED', succeeded, false],
      ['SYNC_STARTED', succeeded, true],
      ['CONNECTION_ENABLED', undefined, true],
    ]);
    const [first] = await events({ eventTypes: ['SYNC_SUCCEEDED'] });
    expect(first).toMatchObject({
      summary: {
        recordsLoaded: 9,
        recordsRejected: 0,
        attemptsCount: 1,
        endTimeEpochSeconds: expect.any(Number) as number,
      },
    });
    expect((await events({ eventTypes: ['SYNC_FAILED'] }))[0]).toMatchObject({
      summary: { failureReason: { failureType: 'config_error', externalMessage: 'the script fails' } },
    });
    const ofJob = await airbyte.api.internal('/connections/events/list_for_job', {
      connectionId,
      jobId: failed,
    });
    expect(objectsAt(ofJob.body, 'events').map(({ eventType }) => eventType)).toEqual([
      'SYNC_FAILED',
      'SYNC_STARTED',
    ]);
  });

  it('is read in pages and by time', async () => {
    for (const name of ['a', 'b', 'c']) await update({ name });
    const names = async (more: JsonObject): Promise<unknown[]> =>
      (await events(more)).map(
        ({ summary }) =>
          objectAt(objectAt(objectAt({ summary }, 'summary') ?? {}, 'patches') ?? {}, 'name')?.['to'],
      );
    expect(await names({ pagination: { pageSize: 2, rowOffset: 1 } })).toEqual(['b', 'a']);
    const future = new Date(Date.now() + 3_600_000).toISOString();
    expect(await names({ createdAtStart: future })).toEqual([]);
    expect(await names({ createdAtEnd: future })).toEqual(['c', 'b', 'a']);
  });

  it('refuses a reason that is too long, and a body without an update', async () => {
    expect((await withReason({ status: 'active' }, 'x'.repeat(10_001))).status).toBe(400);
    expect(
      (await airbyte.api.internal('/connections/update_with_reason', { updateReason: 'x' })).status,
    ).toBe(400);
    expect(await events()).toEqual([]);
  });
});

describe('the description of a cron expression', () => {
  const describeCron = async (cronExpression: string): Promise<JsonObject> =>
    (await airbyte.api.internal('/web_backend/describe_cron_expression', { cronExpression })).body;

  it('has the next three firings in epoch seconds', async () => {
    airbyte.setClock(new Date('2026-11-29T12:00:00Z'));
    const { nextExecutions, ...rest } = await describeCron('0 0 2 1 * ?');
    expect(rest).toEqual({
      isValid: true,
      cronExpression: '0 0 2 1 * ?',
      description: 'At 02:00, on day 1 of the month',
    });
    expect(nextExecutions).toEqual(
      ['2026-12-01T02:00:00Z', '2027-01-01T02:00:00Z', '2027-02-01T02:00:00Z'].map(
        (at) => Date.parse(at) / 1000,
      ),
    );
    airbyte.setClock(new Date());
  });

  it.each(['0 2 * * *', '0 0 2 ? * 2-1/2', 'nonsense'])(
    'has the reason why %j is not one',
    async (expression) => {
      expect(await describeCron(expression)).toEqual({
        isValid: false,
        cronExpression: expression,
        validationErrorMessage: expect.stringMatching(/./) as string,
      });
    },
  );
});
