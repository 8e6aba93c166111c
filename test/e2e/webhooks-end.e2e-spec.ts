import { createHash } from 'node:crypto';
import { EventReader } from '../support/events-bench';
import { EventSourceReader } from '../support/event-source';
import { isVerified } from '../support/hook-receiver';
import type { MirrorGateway } from '../support/mirror-bench';
import { until } from '../support/until';
import { type WebhookBody, WebhookCaller, WebhooksBench } from '../support/webhooks-bench';

const DAY_MS = 86_400_000;
const types = ['run.succeeded', 'run.failed'];
const WORKSPACE = '2f6d3c1e-0000-4000-8000-000000000002';
const hash = (key: string): string => createHash('sha256').update(key).digest('hex');
const API_KEYS = [
  `all:ingestion:read+webhook:write:${hash('all')}`,
  `one:ingestion:read+webhook:write:${hash('one')}:${WORKSPACE}`,
].join(',');

let bench: WebhooksBench;
let gateway: MirrorGateway;

beforeAll(async () => {
  bench = await WebhooksBench.start();
});
beforeEach(async () => {
  await bench.prepare();
  gateway = await bench.open({ API_KEYS });
});
afterEach(() => bench.reset());
afterAll(() => bench.close());

function reader(key: string): EventReader {
  return new EventReader(gateway, { 'x-api-key': key });
}

function callerWith(key: string): WebhookCaller {
  return new WebhookCaller(gateway, { 'x-api-key': key });
}

/** A run fails, and the receiver of `/gone` answers 410. */
function endRun(): void {
  bench.receiver.reply = ({ path }, response) => response.writeHead(path === '/hook/gone' ? 410 : 204).end();
  bench.endRun('failed');
}

/** A webhook of all workspaces whose receiver answers 410 to the end of a run. */
async function endedWebhook(caller: WebhookCaller): Promise<WebhookBody> {
  const ended = await caller.create({ url: `${bench.receiver.url}/gone`, types });
  endRun();
  await until('the end', async () => (await caller.get(ended.webhookId)).disabledReason === 'gone');
  return ended;
}

describe('a webhook that is disabled', () => {
  it('by 410 has an event in the log, in streams and at other webhooks', async () => {
    const caller = callerWith('all');
    const stream = await EventSourceReader.open(`${gateway.url}/events/stream`, { 'x-api-key': 'all' });
    const other = await caller.create({ url: bench.receiver.url, types: ['webhook.disabled'] });
    const { webhookId } = await endedWebhook(caller);
    const streamed = await stream.seen('webhook.disabled');
    stream.close();
    const [message] = await bench.receiver.seen(1);
    const log = reader('all');
    await log.current();
    const logged = log.events.filter(({ type }) => type === 'webhook.disabled');
    expect(logged).toEqual([streamed]);
    expect(message?.event).toEqual(streamed);
    expect(message && isVerified(message, other.secret)).toBe(true);
    expect(streamed).toMatchObject({
      id: expect.stringMatching(/^evt_[\w-]{22}$/) as string,
      sequence: 1,
      connectionId: null,
      workspaceId: null,
      run: null,
      status: null,
      webhook: { webhookId, reason: 'gone', failingSince: expect.any(String) as string },
      links: { ingestion: null, status: null, run: null, webhook: `/webhooks/${webhookId}` },
    });
    expect(JSON.stringify(streamed)).not.toContain(bench.receiver.url);
    const delivery = await caller.delivery(
      other.webhookId,
      'the success',
      ({ state }) => state === 'succeeded',
    );
    expect(delivery).toMatchObject({ eventId: streamed.id, connectionId: null, sequence: 1 });
  });

  it('by 410 gets events from then on after it was enabled, and a second end has another event', async () => {
    const caller = callerWith('all');
    const { webhookId } = await endedWebhook(caller);
    bench.receiver.clear();
    await caller.send('PATCH', `/${webhookId}`, { status: 'enabled' });
    expect(await caller.get(webhookId)).toMatchObject({ status: 'enabled', disabledReason: null });
    endRun();
    const messages = await bench.receiver.seen(1, '/hook/gone');
    expect(messages.map(({ event }) => event.type)).toEqual(['run.failed']);
    const log = reader('all');
    await until('the second event', async () => {
      await log.read();
      return log.events.filter(({ type }) => type === 'webhook.disabled').length === 2;
    });
    const ends = log.events.filter(({ type }) => type === 'webhook.disabled');
    expect(ends.map(({ sequence }) => sequence)).toEqual([1, 2]);
    expect(new Set(ends.map((event) => event.id)).size).toBe(2);
  });

  it('after five days of failures has an event with the reason, also if no other webhook is enabled', async () => {
    const caller = callerWith('all');
    const { webhookId } = await caller.create({ url: bench.receiver.url, types });
    endRun();
    bench.receiver.reply = (_message, response) => response.writeHead(500).end();
    const { failingSince } = await until('a failure', async () => {
      const webhook = await caller.get(webhookId);
      return webhook.failingSince !== null && webhook;
    });
    expect(await caller.get(webhookId)).toMatchObject({ status: 'enabled' });
    bench.mirror.clock.skip(5 * DAY_MS);
    await until('the end', async () => (await caller.get(webhookId)).disabledReason === 'failing');
    const log = reader('all');
    const event = await until('the event', async () => {
      await log.read();
      return log.events.find(({ type }) => type === 'webhook.disabled');
    });
    expect(event.webhook).toEqual({ webhookId, reason: 'failing', failingSince });
  });

  it('by a caller has no event', async () => {
    const caller = callerWith('all');
    const { webhookId } = await caller.create({ url: bench.receiver.url, types });
    await caller.send('PATCH', `/${webhookId}`, { status: 'disabled' });
    await endedWebhook(caller);
    const log = reader('all');
    await log.current();
    const ends = log.events.filter(({ type }) => type === 'webhook.disabled');
    expect(ends.map(({ webhook }) => webhook?.webhookId)).not.toContain(webhookId);
  });

  it('is not shown to callers of another workspace, nor among the events of an ingestion', async () => {
    const theirs = bench.addIngestion({ workspaceId: WORKSPACE });
    const own = await callerWith('one').create({ url: `${bench.receiver.url}/gone`, types });
    const witness = await callerWith('one').create({
      url: `${bench.receiver.url}/one`,
      types: ['webhook.disabled'],
    });
    const { webhookId } = await endedWebhook(callerWith('all'));
    bench.endRun('failed', theirs);
    const [message] = await bench.receiver.seen(1, '/hook/one');
    expect(message?.event).toMatchObject({ workspaceId: WORKSPACE, webhook: { webhookId: own.webhookId } });
    expect(message && isVerified(message, witness.secret)).toBe(true);
    const [all, one] = [reader('all'), reader('one')];
    await all.current();
    await one.current();
    const endsOf = ({ events }: EventReader): unknown[] =>
      events.flatMap(({ webhook }) => (webhook ? [webhook.webhookId] : []));
    expect(new Set(endsOf(all))).toEqual(new Set([webhookId, own.webhookId]));
    expect(endsOf(one)).toEqual([own.webhookId]);
    const path = `/events?connectionId=${webhookId}`;
    const { body } = await gateway.send<{ data: [] }>('GET', path, { headers: { 'x-api-key': 'all' } });
    expect(body.data).toEqual([]);
  });
});
