import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import type { Answer } from '../../../../test/embedded/embedded-kit';
import { objectsAt, ScriptedAirbyte } from '../../../../test/embedded/scripted-airbyte';
import { STATE_KINDS } from '../../../../test/embedded/scripted-connectors';
import { until } from '../../../../test/support/until';
import { objectAt, type JsonObject } from '../../platform/json';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const ORDERS = [1, 2, 3, 4, 5, 6];
const PEOPLE = [1, 2, 3];

let airbyte: ScriptedAirbyte;

beforeAll(async () => {
  airbyte = await ScriptedAirbyte.start();
});

afterAll(() => airbyte.remove());

const jobIn = ({ status, body }: Answer): number => {
  expect(status).toBe(200);
  return Number(objectAt(body, 'job')?.['id']);
};

const order = (operation: string, connectionId: string, more: JsonObject = {}): Promise<Answer> =>
  airbyte.api.internal(`/connections/${operation}`, { connectionId, ...more });

async function run(operation: string, connectionId: string, more: JsonObject = {}): Promise<number> {
  const id = jobIn(await order(operation, connectionId, more));
  await airbyte.api.jobIn(id, 'succeeded');
  return id;
}

const rows = (connectionId: string): [number[], number[]] => [
  airbyte.rowsOf(connectionId, 'orders'),
  airbyte.rowsOf(connectionId, 'people'),
];

async function synced(syncMode = 'incremental_append'): Promise<string> {
  const connectionId = await airbyte.connect(syncMode);
  await airbyte.sync(connectionId);
  return connectionId;
}

describe('a refresh that merges', () => {
  it('reads the chosen streams again and keeps their rows', async () => {
    const connectionId = await synced();
    const id = await run('refresh', connectionId, {
      refreshMode: 'Merge',
      streams: [{ streamName: 'orders' }],
    });
    expect(rows(connectionId)).toEqual([[...ORDERS, ...ORDERS], PEOPLE]);
    expect((await airbyte.api.internal('/jobs/get_without_logs', { id })).body).toMatchObject({
      job: {
        configType: 'refresh',
        refreshConfig: { streamsToRefresh: [{ name: 'orders' }] },
        aggregatedStats: { recordsCommitted: 6 },
      },
      attempts: [{ attempt: { status: 'succeeded' } }],
    });
    await airbyte.sync(connectionId);
    expect(rows(connectionId)).toEqual([[...ORDERS, ...ORDERS], PEOPLE]);
  });

  it('continues after a failed attempt', async () => {
    const connectionId = await synced();
    airbyte.script({ failAfter: [4] });
    await run('refresh', connectionId, { refreshMode: 'Merge' });
    expect(rows(connectionId)).toEqual([
      [...ORDERS, ...ORDERS],
      [...PEOPLE, ...PEOPLE],
    ]);
  });
});

describe('a refresh that truncates', () => {
  it.each(STATE_KINDS)('replaces the rows, and later syncs continue, with %s states', async (kind) => {
    const connectionId = await airbyte.connect();
    airbyte.script({ kind });
    await airbyte.sync(connectionId);
    airbyte.script({ kind, failAfter: [4] });
    await run('refresh', connectionId, { refreshMode: 'Truncate' });
    expect(rows(connectionId)).toEqual([ORDERS, PEOPLE]);
    airbyte.script({ kind, rows: { orders: 8, people: 3 } });
    await airbyte.sync(connectionId);
    expect(rows(connectionId)).toEqual([[...ORDERS, 7, 8], PEOPLE]);
  });

  it('that fails keeps the old rows, and the next sync replaces them', async () => {
    const connectionId = await synced();
    airbyte.script({ failsForGood: true });
    const id = jobIn(await order('refresh', connectionId, { refreshMode: 'Truncate' }));
    await airbyte.api.jobIn(id, 'failed');
    expect(rows(connectionId)).toEqual([ORDERS, PEOPLE]);
    airbyte.script();
    await airbyte.sync(connectionId);
    expect(rows(connectionId)).toEqual([ORDERS, PEOPLE]);
    airbyte.script({ rows: { orders: 7, people: 3 } });
    await airbyte.sync(connectionId);
    expect(rows(connectionId)).toEqual([[...ORDERS, 7], PEOPLE]);
  });

  it('is finished after a restart', async () => {
    const connectionId = await synced();
    airbyte.script({ stopsAfter: 5 });
    const id = jobIn(await order('refresh', connectionId, { refreshMode: 'Truncate' }));
    await airbyte.api.jobIn(id, 'running');
    await airbyte.embedded.stop();
    airbyte.script();
    await airbyte.restart();
    await airbyte.api.jobIn(id, 'succeeded');
    expect(rows(connectionId)).toEqual([ORDERS, PEOPLE]);
  });

  it('of deduplicated streams ends with one row for each key', async () => {
    const path = '/local/refreshed.sqlite';
    const destination = { destinationType: 'sqlite', destination_path: path };
    const connectionId = await airbyte.connectTo(destination, 'incremental_deduped_history');
    await airbyte.sync(connectionId);
    const id = await run('refresh', connectionId, { refreshMode: 'Truncate' });
    const { body } = await airbyte.api.internal('/jobs/get_without_logs', { id });
    expect(objectsAt(body, 'attempts')).toHaveLength(2);
    const db = new DatabaseSync(join(airbyte.embedded.dataDir, path));
    try {
      const found: unknown[] = db
        .prepare('SELECT "id", COUNT(*) AS "count" FROM "orders" GROUP BY "id" ORDER BY "id"')
        .all();
      expect(found).toEqual(ORDERS.map((key) => ({ id: key, count: 1 })));
    } finally {
      db.close();
    }
  });

  it('has no job if the destination cannot replace rows', async () => {
    const destination = { destinationType: 'appended-numbers', folder: airbyte.embedded.dataDir };
    const connectionId = await airbyte.connectTo(destination, 'incremental_append');
    expect(await order('refresh', connectionId, { refreshMode: 'Truncate' })).toMatchObject({
      status: 200,
      body: {},
    });
    expect((await order('clear', connectionId)).status).toBe(422);
    expect(await airbyte.jobsOf(connectionId, { configTypes: ['refresh', 'clear'] })).toEqual([]);
  });
});

describe('a clear', () => {
  it('removes all rows, and the next sync reads everything', async () => {
    const connectionId = await synced();
    const id = await run('clear', connectionId);
    expect(rows(connectionId)).toEqual([[], []]);
    const [entry] = await airbyte.jobsOf(connectionId, { configTypes: ['clear'] });
    expect(entry).toMatchObject({
      job: {
        id,
        configType: 'clear',
        resetConfig: { streamsToReset: [{ name: 'orders' }, { name: 'people' }] },
      },
    });
    expect((await airbyte.api.get(`/jobs/${id}`)).body).toMatchObject({
      jobType: 'clear',
      status: 'succeeded',
    });
    await airbyte.sync(connectionId);
    expect(rows(connectionId)).toEqual([ORDERS, PEOPLE]);
  });

  it.each(STATE_KINDS)('of one stream leaves the others as they are, with %s states', async (kind) => {
    const connectionId = await airbyte.connect();
    airbyte.script({ kind });
    await airbyte.sync(connectionId);
    await run('clear/stream', connectionId, { streams: [{ streamName: 'people' }] });
    expect(rows(connectionId)).toEqual([ORDERS, []]);
    airbyte.script({ kind, rows: { orders: 7, people: 3 } });
    await airbyte.sync(connectionId);
    expect(rows(connectionId)).toEqual([[...ORDERS, 7], PEOPLE]);
  });

  it('works while the source does not, and for streams that are overwritten', async () => {
    const connectionId = await synced('full_refresh_overwrite');
    airbyte.script({ failsForGood: true });
    await run('reset', connectionId);
    expect(rows(connectionId)).toEqual([[], []]);
  });

  it.each(['clear', 'reset'])('is a job of type %s of the public API too', async (jobType) => {
    const connectionId = await synced();
    const { status, body } = await airbyte.api.post('/jobs', { connectionId, jobType });
    expect([status, body['jobType']]).toEqual([200, jobType]);
    await airbyte.api.jobIn(Number(body['jobId']), 'succeeded');
    expect(rows(connectionId)).toEqual([[], []]);
  });
});

it('a running sync is cancelled first, and the timeline has the streams', async () => {
  const connectionId = await airbyte.connect();
  airbyte.script({ stopsAfter: 3 });
  const sync = await airbyte.api.sync(connectionId);
  await airbyte.api.jobIn(sync, 'running');
  airbyte.script();
  const clear = jobIn(await order('reset/stream', connectionId, { streams: [{ streamName: 'orders' }] }));
  expect((await airbyte.api.get(`/jobs/${sync}`)).body['status']).toBe('cancelled');
  await airbyte.api.jobIn(clear, 'succeeded');
  const events = await until('the end of the clear', async () => {
    const { body } = await airbyte.api.internal('/connections/events/list', { connectionId });
    const found = objectsAt(body, 'events');
    return found[0]?.['eventType'] === 'CLEAR_SUCCEEDED' ? found : null;
  });
  expect(events).toMatchObject([
    { summary: { jobId: clear, streams: [{ name: 'orders' }] } },
    { eventType: 'CLEAR_STARTED', summary: { jobType: 'reset_connection' } },
    { eventType: 'SYNC_CANCELLED', summary: { jobId: sync } },
    { eventType: 'SYNC_STARTED' },
  ]);
});

describe('refreshes and clears', () => {
  it.each<[string, string, JsonObject, number]>([
    ['without a mode', 'refresh', {}, 400],
    ['of an unknown mode', 'refresh', { refreshMode: 'Drop' }, 400],
    ['of an unknown stream', 'refresh', { refreshMode: 'Merge', streams: [{ streamName: 'sales' }] }, 422],
    ['of a stream without a name', 'refresh', { refreshMode: 'Merge', streams: [{}] }, 400],
    ['of no stream', 'clear/stream', {}, 400],
    ['of an unknown connection', 'clear', { connectionId: UNKNOWN }, 404],
  ])('%s are refused and start nothing (%s)', async (_case, operation, more, status) => {
    const connectionId = await airbyte.connect();
    const answer = await airbyte.api.internal(`/connections/${operation}`, { connectionId, ...more });
    expect(answer.status).toBe(status);
    expect(
      await airbyte.jobsOf(connectionId, { configTypes: ['refresh', 'clear', 'reset_connection'] }),
    ).toEqual([]);
  });

  it('of an inactive connection run, and leave it inactive', async () => {
    const connectionId = await synced();
    await airbyte.api.patch(`/connections/${connectionId}`, { status: 'inactive' });
    await run('refresh', connectionId, { refreshMode: 'Merge' });
    expect(rows(connectionId)).toEqual([
      [...ORDERS, ...ORDERS],
      [...PEOPLE, ...PEOPLE],
    ]);
    await run('refresh', connectionId, { refreshMode: 'Truncate' });
    expect(rows(connectionId)).toEqual([ORDERS, PEOPLE]);
    await run('clear', connectionId);
    expect(rows(connectionId)).toEqual([[], []]);
    expect((await airbyte.api.get(`/connections/${connectionId}`)).body['status']).toBe('inactive');
  });
});
