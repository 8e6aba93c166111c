import { GatewayProcess } from '../support/gateway-process';
import { RedisServer } from '../support/redis-server';
import { DESTINATION_ID, ScriptedUpstream, SOURCE_ID } from '../support/scripted-upstream';
import { until } from '../support/until';

describe('a Redis that cannot store records', () => {
  let redis: RedisServer;
  let upstream: ScriptedUpstream;
  let gateway: GatewayProcess | null = null;

  beforeEach(async () => {
    redis = await RedisServer.start();
    upstream = await ScriptedUpstream.start();
  });
  afterEach(async () => {
    await gateway?.kill('SIGTERM');
    gateway = null;
    await upstream.close();
    await redis.close();
  });

  const started = async (redisUrl: string): Promise<GatewayProcess> => {
    gateway = await GatewayProcess.start({ AIRBYTE_API_URL: upstream.url, REDIS_URL: redisUrl });
    return gateway;
  };
  const warningOf = async ({ url }: GatewayProcess, part: string): Promise<string> =>
    until(`the warning ${part}`, async () => {
      const body = await (await fetch(`${url}/health/ready`)).text();
      return body.includes(part) && body;
    });
  const keyedStatus = async ({ url }: GatewayProcess, key: string): Promise<number> => {
    const response = await fetch(`${url}/ingestion`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ name: 'a', sourceId: SOURCE_ID, destinationId: DESTINATION_ID }),
    });
    return response.status;
  };

  it.each<[string, [string, string], [string, string], string]>([
    ['is full', ['maxmemory', '1'], ['maxmemory', '0'], 'OOM'],
    ['has too few replicas', ['min-replicas-to-write', '1'], ['min-replicas-to-write', '0'], 'NOREPLICAS'],
  ])('is reported when it %s, once, until it takes a write again', async (_, fault, remedy, reason) => {
    const running = await started(redis.url);
    expect(await keyedStatus(running, 'before')).toBe(201);
    await redis.configure(fault[0], fault[1]);
    expect(await warningOf(running, reason)).toContain('Idempotency-Key are refused');
    expect(await keyedStatus(running, 'during')).toBe(503);
    await warningOf(running, reason);
    expect(running.output.match(/Redis cannot be used/g)).toHaveLength(1);
    expect(running.output).not.toContain('Redis is usable again');
    await redis.configure(remedy[0], remedy[1]);
    await until('a report without warnings', async () => {
      const body = await (await fetch(`${running.url}/health/ready`)).text();
      return body.includes('"status":"ok"') && !body.includes('warnings');
    });
    expect(await keyedStatus(running, 'during')).toBe(201);
    expect(running.output).toContain('Redis is usable again');
  });

  it('is reported if the database of the URL does not exist, and database 0 is not used', async () => {
    const running = await started(`${redis.url}/99`);
    await warningOf(running, 'database 99 cannot be selected');
    expect(await keyedStatus(running, 'a')).toBe(503);
    expect(await redis.command('DBSIZE')).toBe(':0');
  });

  it('is reported if it evicts keys', async () => {
    await redis.configure('maxmemory', '100mb');
    await redis.configure('maxmemory-policy', 'allkeys-lru');
    const running = await started(redis.url);
    expect(await warningOf(running, 'allkeys-lru')).toContain('noeviction');
    expect(running.output).toContain('allkeys-lru');
    expect(await keyedStatus(running, 'a')).toBe(201);
  });
});
