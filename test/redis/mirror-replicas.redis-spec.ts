import { MirrorBench, type MirrorGateway } from '../support/mirror-bench';
import { RedisServer } from '../support/redis-server';
import { DESTINATION_ID, SOURCE_ID } from '../support/scripted-upstream';
import { fillHistory } from '../support/upstream-history';
import { until } from '../support/until';

const ORDERS = { name: 'Mine', sourceId: SOURCE_ID, destinationId: DESTINATION_ID };

/** No tick and no sweep comes, so that a replica learns of changes from the other one or not at all. */
const SETTINGS = { FEED_INTERVAL_MS: '600000', CONNECTION_MAX_AGE_MS: '3600000' };

describe('mirrors of two replicas that share a Redis', () => {
  let redis: RedisServer;
  let bench: MirrorBench;
  let ids: readonly string[];
  let first: MirrorGateway;
  let second: MirrorGateway;

  beforeAll(async () => {
    redis = await RedisServer.start();
    bench = await MirrorBench.start();
  });
  beforeEach(async () => {
    ids = fillHistory(bench.upstream.state, { connections: 10, jobsEach: 3 });
    [first, second] = await Promise.all([open(), open()]);
  });
  afterEach(() => bench.reset());
  afterAll(async () => {
    await bench.close();
    await redis.close();
  });

  const open = async (): Promise<MirrorGateway> => {
    const gateway = await bench.open({ ...SETTINGS, REDIS_URL: redis.url });
    await gateway.warm();
    return gateway;
  };
  const statusOf = async (gateway: MirrorGateway, id: string): Promise<string> =>
    (await gateway.status(id)).body.status;
  const namesIn = async (gateway: MirrorGateway): Promise<string[]> => {
    const { body } = await gateway.send<{ data: { name: string }[] }>('GET', '/ingestion?pageSize=100');
    return body.data.map(({ name }) => name);
  };

  it('show a change at once on the replica that made it, and soon on the other', async () => {
    const [id = ''] = ids;
    for (const status of ['inactive', 'active', 'inactive']) {
      await first.send('PATCH', `/ingestion/${id}`, { body: { status } });
      expect(await statusOf(first, id)).toBe(status);
      await until('the other replica to show it', async () => (await statusOf(second, id)) === status);
    }
  });

  it('never show an older state on the replica that made the change', async () => {
    const [id = ''] = ids;
    for (let change = 0; change < 20; change++) {
      const [writer, other] = change % 2 === 0 ? [first, second] : [second, first];
      const name = `Change ${change}`;
      const disturbing = Array.from({ length: 5 }, () => statusOf(other, id));
      await writer.send('PATCH', `/ingestion/${id}`, { body: { name } });
      for (let read = 0; read < 5; read++) expect(await namesIn(writer)).toContain(name);
      await Promise.all(disturbing);
    }
  });

  it('show runs, creations and deletions of the other', async () => {
    const [id = '', gone = ''] = ids;
    const run = await first.send<{ runId: string }>('POST', `/ingestion/${id}/runs`);
    await first.send('DELETE', `/ingestion/${gone}`);
    await first.send('POST', '/ingestion', { body: ORDERS });
    await until('the run', async () => {
      const { body } = await second.status(id);
      return body.currentRun?.runId === run.body.runId;
    });
    await until('the deletion', async () => (await second.status(gone)).status === 404);
    await until('the creation', async () => (await namesIn(second)).includes('Mine'));
    expect(await namesIn(second)).toHaveLength(ids.length);
  });

  it('show changes again that were made while Redis was away', async () => {
    const [id = ''] = ids;
    await redis.kill();
    await first.send('PATCH', `/ingestion/${id}`, { body: { status: 'inactive' } });
    expect(await statusOf(first, id)).toBe('inactive');
    await redis.run();
    await until('the other replica to show it', async () => (await statusOf(second, id)) === 'inactive');
  });

  it('show a change without Redis once the connection is older than CONNECTION_MAX_AGE_MS', async () => {
    const [id = ''] = ids;
    await redis.kill();
    const alone = await bench.open({ CONNECTION_MAX_AGE_MS: '15000' });
    await alone.warm();
    await first.send('PATCH', `/ingestion/${id}`, { body: { status: 'inactive' } });
    bench.clock.skip(15_001);
    expect(await statusOf(alone, id)).toBe('inactive');
    await redis.run();
  });
});
