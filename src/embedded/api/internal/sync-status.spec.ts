import { objectsAt, ScriptedAirbyte, SECRET } from '../../../../test/embedded/scripted-airbyte';
import { until } from '../../../../test/support/until';
import { objectAt, type JsonObject } from '../../platform/json';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';

let airbyte: ScriptedAirbyte;

beforeAll(async () => {
  airbyte = await ScriptedAirbyte.start();
});

afterAll(() => airbyte.remove());

async function eventsOf(jobId: number, attemptNumber = 0): Promise<JsonObject[]> {
  const { body } = await airbyte.api.internal('/attempt/get_for_job', { jobId, attemptNumber });
  expect(body).toMatchObject({ attempt: { id: attemptNumber }, logType: 'structured' });
  return objectsAt(objectAt(body, 'logs') ?? {}, 'events');
}

async function statusOf(connectionId: string): Promise<JsonObject> {
  const { body } = await airbyte.api.internal('/connections/status', {
    connectionIds: [connectionId, UNKNOWN],
  });
  const [status, ...others] = objectsAt(body, 'items');
  expect(others).toEqual([]);
  return status ?? {};
}

const log = (level: string, message: string): JsonObject => ({ type: 'LOG', log: { level, message } });

describe('the log of an attempt', () => {
  it('has the events of the engine and the connectors, without secrets, also after a restart', async () => {
    const connectionId = await airbyte.connect();
    airbyte.script({
      before: [log('INFO', `signed in with ${SECRET}`), log('WARN', 'slow')],
      failAfter: [3],
    });
    const jobId = await airbyte.sync(connectionId);
    await airbyte.restart();
    const events = await eventsOf(jobId);
    expect(events.map(({ level, logSource, message }) => [level, logSource, message])).toEqual([
      ['info', 'platform', `Attempt 1 of job ${jobId} begins.`],
      ['info', 'source', 'signed in with **********'],
      ['warn', 'source', 'slow'],
      ['error', 'source', 'the script fails'],
      ['error', 'platform', 'Attempt 1 failed: the script fails'],
    ]);
    expect(Math.abs(Number(events[0]?.['timestamp']) - Date.now())).toBeLessThan(600_000);
    expect((await eventsOf(jobId, 1)).at(-1)?.['message']).toBe('Attempt 2 succeeded.');
    const all = await airbyte.api.internal('/jobs/get', { id: jobId });
    expect(objectsAt(all.body, 'attempts')).toMatchObject([{ logs: { events } }, { attempt: { id: 1 } }]);
  });

  it('can be read while it runs, and keeps the newest thousand events', async () => {
    const connectionId = await airbyte.connect();
    const lines = Array.from({ length: 2500 }, (_, index) => log('INFO', `line ${index}`));
    airbyte.script({ before: lines, stopsAfter: 0 });
    const jobId = await airbyte.api.sync(connectionId);
    await airbyte.api.jobIn(jobId, 'running');
    const events = await until('the last line', async () => {
      const found = await eventsOf(jobId);
      return found.at(-1)?.['message'] === 'line 2499' ? found : null;
    });
    expect(events).toHaveLength(1001);
    expect(events.slice(0, 2).map(({ message }) => message)).toEqual([
      '1501 earlier events were dropped.',
      'line 1500',
    ]);
    await airbyte.api.delete(`/jobs/${jobId}`);
    expect((await eventsOf(jobId)).at(-1)?.['message']).toBe('Attempt 1 failed: The sync was cancelled.');
  });

  it('keeps a bounded number of characters', async () => {
    const connectionId = await airbyte.connect();
    airbyte.script({ before: Array.from({ length: 200 }, () => log('INFO', 'x'.repeat(100_000))) });
    const events = await eventsOf(await airbyte.sync(connectionId));
    const characters = events.reduce((sum, { message }) => sum + String(message).length, 0);
    expect(characters).toBeGreaterThan(200_000);
    expect(characters).toBeLessThan(270_000);
  });

  it('is not found for an attempt or a job that does not exist', async () => {
    const jobId = await airbyte.sync(await airbyte.connect());
    const ask = async (body: JsonObject): Promise<number> =>
      (await airbyte.api.internal('/attempt/get_for_job', body)).status;
    expect(await ask({ jobId, attemptNumber: 7 })).toBe(404);
    expect(await ask({ jobId: 987_654, attemptNumber: 0 })).toBe(404);
    expect(await ask({ jobId })).toBe(400);
  });
});

it('the debug information of a job has its connectors, its logs and whether it runs', async () => {
  const id = await airbyte.sync(await airbyte.connect());
  expect((await airbyte.api.internal('/jobs/get_debug_info', { id })).body).toMatchObject({
    job: {
      id,
      configType: 'sync',
      status: 'succeeded',
      sourceDefinition: { sourceDefinitionId: 'scripted', name: 'scripted' },
      destinationDefinition: { destinationDefinitionId: 'numbers', name: 'numbers' },
    },
    attempts: [{ attempt: { id: 0 }, logType: 'structured' }],
    workflowState: { running: false },
  });
});

it('the progress of a running job has its records by stream', async () => {
  const connectionId = await airbyte.connect();
  const progress = async (): Promise<JsonObject> =>
    (await airbyte.api.internal('/connections/sync_progress', { connectionId })).body;
  expect(await progress()).toEqual({ connectionId, streams: [] });
  airbyte.script({ stopsAfter: 7 });
  const jobId = await airbyte.api.sync(connectionId);
  const body = await until('seven records', async () => {
    const found = await progress();
    return found['recordsEmitted'] === 7 && found['recordsCommitted'] === 6 ? found : null;
  });
  expect(body).toMatchObject({
    jobId,
    configType: 'sync',
    syncStartedAt: expect.any(Number) as number,
    streams: [
      { streamName: 'orders', recordsEmitted: 6, recordsCommitted: 6, recordsRejected: 0 },
      { streamName: 'people', recordsEmitted: 1, recordsCommitted: 0 },
    ],
  });
  expect(body['bytesEmitted']).toBeGreaterThan(0);
  await airbyte.api.delete(`/jobs/${jobId}`);
  expect(await progress()).toEqual({ connectionId, streams: [] });
});

describe('the status of connections', () => {
  it('follows the newest job, with the reason of a failure', async () => {
    const schedule = { scheduleType: 'cron', cronExpression: '0 0 2 1 1 ?' };
    const connectionId = await airbyte.connect('incremental_append', { schedule });
    expect(await statusOf(connectionId)).toEqual({
      connectionId,
      connectionSyncStatus: 'pending',
      scheduleType: 'cron',
      scheduleData: { cron: { cronExpression: '0 0 2 1 1 ?', cronTimeZone: 'UTC' } },
    });
    const first = await airbyte.sync(connectionId);
    const synced = await statusOf(connectionId);
    expect(synced).toMatchObject({
      connectionSyncStatus: 'synced',
      lastSyncJobId: first,
      lastSyncAttemptNumber: 0,
    });
    expect(Math.abs(Number(synced['lastSuccessfulSync']) - Date.now() / 1000)).toBeLessThan(600);
    airbyte.script({ failsForGood: true });
    const second = await airbyte.sync(connectionId, 'failed');
    expect(await statusOf(connectionId)).toMatchObject({
      connectionSyncStatus: 'failed',
      lastSuccessfulSync: synced['lastSuccessfulSync'],
      lastSyncJobId: second,
      failureReason: { failureType: 'config_error', externalMessage: 'the script fails' },
    });
  });

  it('has the job that runs, also of a paused connection, and the pause after it', async () => {
    const connectionId = await airbyte.connect();
    airbyte.script({ stopsAfter: 1 });
    const jobId = await airbyte.api.sync(connectionId);
    await airbyte.api.jobIn(jobId, 'running');
    await airbyte.api.patch(`/connections/${connectionId}`, { status: 'inactive' });
    expect(await statusOf(connectionId)).toMatchObject({
      connectionSyncStatus: 'running',
      activeJob: { id: jobId, status: 'running' },
    });
    await airbyte.api.delete(`/jobs/${jobId}`);
    const paused = await statusOf(connectionId);
    expect(paused['connectionSyncStatus']).toBe('paused');
    expect(paused).not.toHaveProperty('activeJob');
    expect(paused).not.toHaveProperty('failureReason');
  });

  it('is refused without a list of ids', async () => {
    expect((await airbyte.api.internal('/connections/status', {})).status).toBe(400);
  });
});

it('the last replication job is the newest one, or absent', async () => {
  const connectionId = await airbyte.connect();
  const last = async (): Promise<JsonObject> =>
    (await airbyte.api.internal('/jobs/get_last_replication_job', { connectionId })).body;
  expect(await last()).toEqual({});
  await airbyte.sync(connectionId);
  const newest = await airbyte.sync(connectionId);
  expect(await last()).toMatchObject({ job: { id: newest, status: 'succeeded' } });
});
