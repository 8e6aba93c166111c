import type { Answer } from '../../../../test/embedded/embedded-kit';
import { objectsAt, ScriptedAirbyte } from '../../../../test/embedded/scripted-airbyte';
import { objectAt, type JsonObject } from '../../platform/json';

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

  it('has another reason of a paused connection', async () => {
    await withReason({ status: 'inactive' }, 'until Monday');
    await withReason({ status: 'inactive' }, 'until Tuesday');
    expect(await events()).toMatchObject([
      { eventType: 'CONNECTION_DISABLED', summary: { disabledReason: 'until Tuesday' } },
      { eventType: 'CONNECTION_DISABLED', summary: { disabledReason: 'until Monday' } },
    ]);
  });

  it('has no user for an automatic update', async () => {
    await update({ status: 'active' });
    await withReason({ status: 'inactive' }, 'TOO_MANY_FAILED_JOBS_WITH_NO_RECENT_SUCCESS', {
      autoUpdate: true,
    });
    expect((await events())[0]).not.toHaveProperty('user');
  });

  it('has the old and the new value of each setting, whichever API changed it', async () => {
    const cron = { cronExpression: '0 0 2 * * ?', cronTimeZone: 'UTC' };
    const schedule = { scheduleType: 'cron', scheduleData: { cron } };
    await withReason({ name: 'New', ...schedule }, 'a new name');
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
