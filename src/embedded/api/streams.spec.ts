import { objectsAt, ScriptedAirbyte } from '../../../test/embedded/scripted-airbyte';

const ORDERS = [1, 2, 3, 4, 5, 6];
const PEOPLE = [1, 2, 3];

let airbyte: ScriptedAirbyte;

beforeAll(async () => {
  airbyte = await ScriptedAirbyte.start();
});

afterAll(() => airbyte.remove());

async function actorsOf(connectionId: string): Promise<{ source: string; destination: string }> {
  const { body } = await airbyte.api.get(`/connections/${connectionId}`);
  return { source: String(body['sourceId']), destination: String(body['destinationId']) };
}

describe('the streams of a source', () => {
  const ORDERS_STREAM = {
    streamName: 'orders',
    defaultCursorField: ['id'],
    sourceDefinedCursorField: true,
    sourceDefinedPrimaryKey: [['id']],
    propertyFields: [['id']],
  };

  it('have no sync modes without a destination', async () => {
    const { source } = await actorsOf(await airbyte.connect());
    const { body } = await airbyte.api.get(`/streams?sourceId=${source}`);
    expect(objectsAt(body, 'items')[0]).toEqual(ORDERS_STREAM);
  });

  it('have the modes that the source and the destination support', async () => {
    const { source, destination } = await actorsOf(await airbyte.connect());
    const { body } = await airbyte.api.get(`/streams?sourceId=${source}&destinationId=${destination}`);
    expect(objectsAt(body, 'items')[0]).toEqual({
      ...ORDERS_STREAM,
      syncModes: ['full_refresh_overwrite', 'full_refresh_append', 'incremental_append'],
    });
  });
});

describe('a sync after a change', () => {
  it.each(['patch', 'put'] as const)('of the password by %s continues from the cursor', async (method) => {
    const connectionId = await airbyte.connect();
    await airbyte.sync(connectionId);
    const { source, destination } = await actorsOf(connectionId);
    const change = { name: 'Renamed', configuration: { token: 'another-secret' } };
    expect(await airbyte.api[method](`/sources/${source}`, change)).toMatchObject({
      status: 200,
      body: { name: 'Renamed', configuration: { token: '**********' } },
    });
    expect((await airbyte.api.patch(`/destinations/${destination}`, { name: 'Moved' })).status).toBe(200);
    airbyte.script({ rows: { orders: 8, people: 3 } });
    await airbyte.sync(connectionId);
    expect(airbyte.rowsOf(connectionId, 'orders')).toEqual([...ORDERS, 7, 8]);
  });

  it('of the streams reads a new stream from its beginning and continues the others', async () => {
    const connectionId = await airbyte.connect();
    const syncMode = 'incremental_append';
    const select = (...names: string[]): ReturnType<typeof airbyte.api.patch> =>
      airbyte.api.patch(`/connections/${connectionId}`, {
        configurations: { streams: names.map((name) => ({ name, syncMode })) },
      });
    await select('orders');
    await airbyte.sync(connectionId);
    expect((await select('orders', 'people')).body).toMatchObject({
      configurations: { streams: [{ name: 'orders' }, { name: 'people' }] },
    });
    airbyte.script({ rows: { orders: 7, people: 3 } });
    await airbyte.sync(connectionId);
    expect(airbyte.rowsOf(connectionId, 'orders')).toEqual([...ORDERS, 7]);
    expect(airbyte.rowsOf(connectionId, 'people')).toEqual(PEOPLE);
  });

  it('of the streams to one that the source does not have is refused', async () => {
    const connectionId = await airbyte.connect();
    const before = (await airbyte.api.get(`/connections/${connectionId}`)).body;
    const { status, body } = await airbyte.api.patch(`/connections/${connectionId}`, {
      configurations: { streams: [{ name: 'sales' }] },
    });
    expect([status, JSON.stringify(body)]).toEqual([400, expect.stringContaining('orders, people')]);
    expect((await airbyte.api.get(`/connections/${connectionId}`)).body).toEqual(before);
  });
});
