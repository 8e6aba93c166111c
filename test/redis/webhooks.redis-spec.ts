import { EventReader } from '../support/events-bench';
import { HookReceiver, isVerified } from '../support/hook-receiver';
import { MirrorBench } from '../support/mirror-bench';
import { RedisServer } from '../support/redis-server';
import { until } from '../support/until';
import { WEBHOOK_SETTINGS, WebhookCaller } from '../support/webhooks-bench';

const types = ['run.succeeded', 'run.failed', 'run.cancelled'];

describe('webhooks of two replicas', () => {
  let redis: RedisServer;
  let bench: MirrorBench;
  let receiver: HookReceiver;

  beforeAll(async () => {
    redis = await RedisServer.start();
    bench = await MirrorBench.start();
    receiver = await HookReceiver.start();
  });
  afterAll(async () => {
    await bench.close();
    await receiver.close();
    await redis.close();
  });

  it('are delivered by one of them, also after the other has ended, and are changed at any', async () => {
    const settings = {
      ...WEBHOOK_SETTINGS,
      REDIS_URL: redis.url,
      DATA_KEY: Buffer.alloc(32, 7).toString('base64'),
    };
    const { state } = bench.upstream;
    const id = state.addConnection({ createdAt: 1_700_000_000 }).connectionId;
    const endRun = (status = 'succeeded'): void => {
      state.history.end(state.addJob({ connectionId: id, status: 'running', rowsSynced: 5 }), status);
    };
    const first = await bench.open(settings);
    const second = await bench.open(settings);
    await new EventReader(second).current();
    const caller = new WebhookCaller(second);
    const { webhookId, secret } = await caller.create({ url: receiver.url, types });
    for (let run = 0; run < 10; run++) endRun();
    await receiver.seen(10);
    await until('all to be settled', async () => {
      const deliveries = await caller.deliveries(webhookId);
      return deliveries.length === 10 && deliveries.every(({ state }) => state === 'succeeded');
    });
    expect(receiver.messages).toHaveLength(10);
    receiver.reply = (_message, response) => response.writeHead(500).end();
    endRun('failed');
    const failed = await caller.delivery(webhookId, 'a failure', ({ fault }) => fault === 'status');
    expect((await caller.get(webhookId)).failingSince).not.toBeNull();
    await first.close();
    receiver.clear();
    await caller.send('POST', `/${webhookId}/deliveries/${failed.eventId}/resend`);
    endRun('cancelled');
    const messages = await receiver.seen(2);
    expect(new Set(messages.map(({ event }) => event.type))).toEqual(
      new Set(['run.failed', 'run.cancelled']),
    );
    expect(messages.filter((message) => !isVerified(message, secret))).toEqual([]);
    const since = new Date(bench.clock.now().getTime() - 3_600_000).toISOString();
    expect(await caller.send('POST', `/${webhookId}/recover`, { since })).toMatchObject({ status: 200 });
    receiver.reply = (_message, response) => response.writeHead(410).end();
    endRun();
    const reader = new EventReader(second);
    const ended = await until('the event of its end', async () => {
      await reader.read();
      return reader.events.find(({ type }) => type === 'webhook.disabled');
    });
    expect(ended).toMatchObject({ sequence: 1, connectionId: null, webhook: { webhookId, reason: 'gone' } });
    const lookUp = await second.send('GET', `/events?after=${ended.id}`);
    expect(lookUp.status).toBe(200);
    expect(await caller.send('DELETE', `/${webhookId}`)).toMatchObject({ status: 204 });
    expect(await caller.send('GET', `/${webhookId}/deliveries`)).toMatchObject({ status: 404 });
  });
});
