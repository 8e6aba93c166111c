import { EventReader } from '../support/events-bench';
import { isVerified } from '../support/hook-receiver';
import { until } from '../support/until';
import { WebhookCaller, WebhooksBench } from '../support/webhooks-bench';

const MINUTE_MS = 60_000;
/** Without those of health, which depend on the time. */
const types = ['run.succeeded', 'run.failed', 'run.cancelled'];
const WORKSPACE = '2f6d3c1e-0000-4000-8000-000000000002';

let bench: WebhooksBench;

beforeAll(async () => {
  bench = await WebhooksBench.start();
});
beforeEach(() => bench.prepare());
afterEach(() => bench.reset());
afterAll(() => bench.close());

describe('a webhook', () => {
  it('gets each event as GET /events shows it, in order, with a signature that standardwebhooks verifies', async () => {
    const gateway = await bench.open();
    const caller = new WebhookCaller(gateway);
    const { webhookId, secret } = await caller.create({ url: bench.receiver.url, types });
    for (const status of ['succeeded', 'failed', 'cancelled', 'succeeded']) bench.endRun(status);
    const messages = await bench.receiver.seen(4);
    const reader = new EventReader(gateway);
    await reader.current();
    const logged = reader.of(bench.id).filter(({ type }) => types.includes(type));
    expect(messages.map(({ event }) => event)).toEqual(logged);
    expect(messages.map(({ headers }) => headers['webhook-id'])).toEqual(logged.map((event) => event.id));
    expect(messages.filter((message) => !isVerified(message, secret))).toEqual([]);
    await caller.delivery(webhookId, 'the last success', ({ state }) => state === 'succeeded');
    await until('all to be settled', async () =>
      (await caller.deliveries(webhookId)).every(
        ({ state, attempts }) => state === 'succeeded' && attempts === 1,
      ),
    );
  });

  it('gets the types and ingestions that it has chosen', async () => {
    const other = bench.addIngestion();
    const caller = new WebhookCaller(await bench.open());
    await caller.create({ url: `${bench.receiver.url}/failed`, types: ['run.failed'] });
    await caller.create({ url: `${bench.receiver.url}/other`, connectionIds: [other], types });
    await caller.create({ url: `${bench.receiver.url}/elsewhere`, workspaceId: WORKSPACE });
    await caller.create({ url: bench.receiver.url, types });
    bench.endRun('failed');
    bench.endRun('succeeded', other);
    bench.endRun();
    await bench.receiver.seen(3);
    const [failed] = await bench.receiver.seen(1, '/hook/failed');
    const [others] = await bench.receiver.seen(1, '/hook/other');
    expect(failed?.event).toMatchObject({ type: 'run.failed', connectionId: bench.id });
    expect(others?.event).toMatchObject({ type: 'run.succeeded', connectionId: other });
    expect([bench.receiver.of('/hook/failed').length, bench.receiver.of('/hook/other').length]).toEqual([
      1, 1,
    ]);
    expect(bench.receiver.of('/hook/elsewhere')).toEqual([]);
  });

  it('gets a refused event again after 5 s, 5 min and so on, and the following ones at once', async () => {
    const caller = new WebhookCaller(await bench.open());
    const { webhookId, secret } = await caller.create({ url: bench.receiver.url, types });
    bench.receiver.reply = ({ event }, response) =>
      response.writeHead(event.type === 'run.failed' ? 503 : 200).end();
    bench.endRun('failed');
    bench.endRun();
    await bench.receiver.seen(2);
    const waits = [5000, 5 * MINUTE_MS, 30 * MINUTE_MS, 120 * MINUTE_MS, 300 * MINUTE_MS];
    for (const [index, waitMs] of waits.entries()) {
      const failed = await caller.delivery(
        webhookId,
        `${index + 1} attempts`,
        ({ state, attempts }) => state === 'pending' && attempts === index + 1,
      );
      expect(failed).toMatchObject({ fault: 'status', statusCode: 503 });
      const remainingMs = Date.parse(failed.nextAttemptAt ?? '') - bench.mirror.clock.now().getTime();
      expect(remainingMs).toBeGreaterThan(waitMs - 5000);
      expect(remainingMs).toBeLessThanOrEqual(waitMs * 1.1);
      bench.mirror.clock.skip(waitMs * 1.1);
      await bench.receiver.seen(index + 3);
    }
    const ids = new Set(bench.receiver.messages.map(({ headers }) => headers['webhook-id']));
    expect(ids.size).toBe(2);
    expect(bench.receiver.messages.filter((message) => !isVerified(message, secret))).toEqual([]);
    await caller.delivery(webhookId, '6 attempts', ({ attempts }) => attempts === 6);
    bench.receiver.clear();
    bench.mirror.clock.skip(11 * 60 * MINUTE_MS);
    await caller.delivery(
      webhookId,
      'the success',
      ({ state, attempts }) => state === 'succeeded' && attempts === 7,
    );
  });

  it('waits as long as Retry-After says', async () => {
    const caller = new WebhookCaller(await bench.open());
    const { webhookId } = await caller.create({ url: bench.receiver.url, types });
    bench.receiver.reply = (_message, response) => response.writeHead(429, { 'retry-after': '3600' }).end();
    bench.endRun();
    const delivery = await caller.delivery(webhookId, 'one attempt', ({ attempts }) => attempts === 1);
    const waitMs = Date.parse(delivery.nextAttemptAt ?? '') - bench.mirror.clock.now().getTime();
    expect(waitMs).toBeGreaterThan(3_590_000);
    expect(waitMs).toBeLessThanOrEqual(3_600_000);
  });

  it('delays no other webhook while its receiver does not answer', async () => {
    const caller = new WebhookCaller(await bench.open());
    await caller.create({ url: `${bench.receiver.url}/slow`, types });
    await caller.create({ url: bench.receiver.url, types });
    bench.receiver.reply = ({ path }, response) => {
      if (path === '/hook') response.writeHead(204).end();
    };
    bench.endRun();
    await bench.receiver.seen(1, '/hook/slow');
    for (let run = 0; run < 20; run++) bench.endRun();
    await bench.receiver.seen(21);
    expect(bench.receiver.of('/hook/slow')).toHaveLength(1);
  });

  it('gets after a restart what happened meanwhile', async () => {
    const first = await bench.open();
    const caller = new WebhookCaller(first);
    const { secret } = await caller.create({ url: bench.receiver.url, types });
    bench.endRun();
    await bench.receiver.seen(1);
    await first.close();
    for (let run = 0; run < 30; run++) bench.endRun('failed');
    await bench.open();
    await bench.receiver.seen(31);
    const sequences = bench.receiver.messages.map(({ event }) => event.sequence);
    expect(sequences).toEqual([...new Set(sequences)].sort((one, other) => one - other));
    expect(bench.receiver.messages.filter((message) => !isVerified(message, secret))).toEqual([]);
  });
});
