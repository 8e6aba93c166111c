import { latch } from '../support/latch';
import { FEED_INTERVAL_MS, MirrorBench, type MirrorGateway } from '../support/mirror-bench';
import { DESTINATION_ID, problem, SOURCE_ID } from '../support/scripted-upstream';

const LIST = 'GET /connections';
const NEW = { name: 'Mine', sourceId: SOURCE_ID, destinationId: DESTINATION_ID };

interface Item {
  readonly connectionId: string;
  readonly name: string;
}

let bench: MirrorBench;

beforeAll(async () => {
  bench = await MirrorBench.start();
});
afterEach(() => bench.reset());
afterAll(() => bench.close());

async function listed(gateway: MirrorGateway): Promise<readonly Item[]> {
  const { status, body } = await gateway.send<{ data: Item[] }>('GET', '/ingestion?pageSize=100');
  expect(status).toBe(200);
  return body.data;
}

function addConnections(count: number): void {
  for (let n = 0; n < count; n++) bench.upstream.state.addConnection();
}

describe('more ingestions than MIRROR_MAX_CONNECTIONS', () => {
  it('are all in the first list', async () => {
    addConnections(3);
    const gateway = await bench.open({ MIRROR_MAX_CONNECTIONS: '1' });
    expect(await listed(gateway)).toHaveLength(3);
  });

  it('are all in the list at once when one is created', async () => {
    addConnections(2);
    const gateway = await bench.open({ MIRROR_MAX_CONNECTIONS: '2' });
    expect(await listed(gateway)).toHaveLength(2);
    const created = await gateway.send<Item>('POST', '/ingestion', { body: NEW });
    expect(created.status).toBe(201);
    expect((await listed(gateway)).map(({ connectionId }) => connectionId)).toContain(
      created.body.connectionId,
    );
  });

  it('show their newest settings in the list', async () => {
    addConnections(250);
    const row = bench.upstream.state.addConnection();
    const reading = latch();
    bench.upstream.on(LIST, async () => {
      await reading.opened;
      return undefined;
    });
    const gateway = await bench.open({ MIRROR_MAX_CONNECTIONS: '1', FEED_INTERVAL_MS: '600000' });
    await gateway.status(row.connectionId);
    await bench.upstream.seen(LIST);
    reading.open();
    await listed(gateway);
    bench.clock.skip(2000);
    await gateway.status(row.connectionId, 'no-cache');
    await bench.upstream.idle();
    row.name = 'Renamed';
    // Nobody reads for more than a minute, so the gateway stops to follow.
    bench.clock.skip(100_000);
    const { body } = await gateway.send<{ data: Item[] }>('GET', '/ingestion?name=Renamed');
    expect(body.data).toMatchObject([{ connectionId: row.connectionId, name: 'Renamed' }]);
  });
});

describe('the list', () => {
  const ageMs = async (gateway: MirrorGateway, query = ''): Promise<number> =>
    1000 * Number((await gateway.send('GET', `/ingestion${query}`)).headers['age']);

  it('states the age of the sweep, also if it is empty', async () => {
    const gateway = await bench.open({ CONNECTION_MAX_AGE_MS: '3600000', FEED_INTERVAL_MS: '600000' });
    await gateway.warm();
    const before = await ageMs(gateway);
    bench.clock.skip(90_000);
    expect((await ageMs(gateway)) - before).toBeGreaterThanOrEqual(90_000);
    addConnections(1);
    const fresh = await bench.open({ FEED_INTERVAL_MS: '0' });
    bench.clock.skip(90_000);
    expect(await ageMs(fresh)).toBeLessThan(90_000);
  });

  it('states the age of the oldest runs that its page needs', async () => {
    addConnections(2);
    const gateway = await bench.open({ CONNECTION_MAX_AGE_MS: '1000', FEED_INTERVAL_MS: '600000' });
    await gateway.warm();
    bench.clock.skip(90_000);
    // The list of connections is read again, and the runs come from memory.
    expect(await ageMs(gateway)).toBeGreaterThanOrEqual(90_000);
    expect(await ageMs(gateway, '?name=nothing')).toBeLessThan(90_000);
  });

  it('is as new as the request when CONNECTION_MAX_AGE_MS is 0', async () => {
    addConnections(3);
    const gateway = await bench.open({ CONNECTION_MAX_AGE_MS: '0', FEED_INTERVAL_MS: '600000' });
    expect(await listed(gateway)).toHaveLength(3);
    addConnections(1);
    expect(await listed(gateway)).toHaveLength(4);
    expect(bench.upstream.count(LIST)).toBeLessThanOrEqual(6);
  });

  it('is read once for all who ask at the same time', async () => {
    addConnections(350);
    const reading = latch();
    bench.upstream.on(LIST, async () => {
      await reading.opened;
      return undefined;
    });
    const gateway = await bench.open({ CONNECTION_MAX_AGE_MS: '3600000' });
    const lists = Array.from({ length: 40 }, () => gateway.send('GET', '/ingestion?pageSize=1'));
    // All requests were accepted once one behind them is answered.
    await gateway.send('GET', '/health/live');
    reading.open();
    for (const { status } of await Promise.all(lists)) expect(status).toBe(200);
    await bench.upstream.idle();
    expect(bench.upstream.count(LIST)).toBeLessThanOrEqual(8);
  });

  it('does not hide a creation while Airbyte cannot be read', async () => {
    addConnections(2);
    const gateway = await bench.open();
    await gateway.warm();
    const created = await gateway.send<Item>('POST', '/ingestion', { body: NEW });
    expect(created.status).toBe(201);
    await bench.upstream.refuse();
    bench.clock.skip(FEED_INTERVAL_MS);
    const { status, body } = await gateway.send<{ data?: Item[] }>('GET', '/ingestion');
    const ids = body.data?.map(({ connectionId }) => connectionId);
    expect(status === 502 || ids?.includes(created.body.connectionId)).toBe(true);
  });

  it('shows the last known state while the feed has not reported an outage yet', async () => {
    addConnections(2);
    const gateway = await bench.open();
    await gateway.warm();
    const answer = latch();
    bench.upstream.on('GET /jobs', async ({ query }) => {
      if (query.has('updatedAtStart')) await answer.opened;
      return problem(503, 'not now');
    });
    bench.clock.skip(10_000);
    expect(await listed(gateway)).toHaveLength(2);
    answer.open();
  });
});
