import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { RedisState } from '../../src/redis/redis-state';
import { RedisServer } from '../support/redis-server';
import { until } from '../support/until';

const ECHO = { name: 'echo', lua: 'return ARGV[1]' };

/** Passes bytes on to Redis. From the first SELECT on, it holds them back until the client sends another one. */
function slowProxy(redisUrl: string): Server {
  return createServer((client) => {
    const upstream = connect(Number(new URL(redisUrl).port), '127.0.0.1');
    const held: Buffer[] = [];
    let selects = 0;
    client.on('data', (chunk: Buffer) => {
      if (chunk.includes('select')) selects += 1;
      held.push(chunk);
      if (selects !== 1) for (const one of held.splice(0)) upstream.write(one);
    });
    upstream.pipe(client);
    for (const socket of [client, upstream])
      socket.on('error', () => undefined).on('close', () => [client, upstream].map((one) => one.destroy()));
  });
}

describe('a Redis that answers late to the first command of a connection', () => {
  let redis: RedisServer;
  let proxy: Server;
  let state: RedisState | null = null;

  beforeEach(async () => {
    redis = await RedisServer.start();
    proxy = slowProxy(redis.url).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
  });
  afterEach(async () => {
    await state?.close();
    proxy.close();
    await redis.close();
  });

  it('is used when it answers, over the same connection', async () => {
    const { port } = proxy.address() as AddressInfo;
    const slow = await RedisState.connect(`redis://127.0.0.1:${port}`);
    state = slow;
    // A command that was sent before the database was selected may be answered just before that.
    await until('Redis to be used', async () => (await slow.fault()) === null);
    expect(await slow.run(ECHO, [], ['a'])).toEqual({ ok: true, value: 'a' });
  });
});
