import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventReader } from '../support/events-bench';
import { HookReceiver, isVerified } from '../support/hook-receiver';
import { MirrorBench, type MirrorGateway } from '../support/mirror-bench';
import { until } from '../support/until';
import { WEBHOOK_SETTINGS, WebhookCaller } from '../support/webhooks-bench';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Without those of health, which depend on the time. */
const types = ['run.succeeded', 'run.failed', 'run.cancelled'];
const WORKSPACE = '2f6d3c1e-0000-4000-8000-000000000002';
const hash = (key: string): string => createHash('sha256').update(key).digest('hex');
const API_KEYS = [
  `all:ingestion:read+webhook:write:${hash('all')}`,
  `one:ingestion:read+webhook:write:${hash('one')}:${WORKSPACE}`,
  `blind:webhook:write:${hash('blind')}`,
  `reader:ingestion:read:${hash('reader')}`,
].join(',');

let bench: MirrorBench;
let receiver: HookReceiver;
let dataDir: string;
let id: string;

beforeAll(async () => {
  bench = await MirrorBench.start();
  receiver = await HookReceiver.start();
});
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'webhooks-e2e-'));
  id = bench.upstream.state.addConnection({ createdAt: 1_700_000_000 }).connectionId;
});
afterEach(async () => {
  await bench.reset();
  receiver.clear();
  await rm(dataDir, { recursive: true, force: true });
});
afterAll(async () => {
  await receiver.close();
  await bench.close();
});

/** A gateway whose log has begun. */
async function open(settings: Record<string, string> = {}): Promise<MirrorGateway> {
  const gateway = await bench.open({ ...WEBHOOK_SETTINGS, DATA_DIR: dataDir, ...settings });
  await new EventReader(gateway, { 'x-api-key': 'all' }).current();
  return gateway;
}

function endRun(connectionId: string, status = 'succeeded'): void {
  const { state } = bench.upstream;
  state.history.end(state.addJob({ connectionId, status: 'running', rowsSynced: 5 }), status);
}

describe('a webhook', () => {
  it('gets each event as GET /events shows it, in order, with a signature that standardwebhooks verifies', async () => {
    const gateway = await open();
    const caller = new WebhookCaller(gateway);
    const { webhookId, secret } = await caller.create({ url: receiver.url, types });
    for (const status of ['succeeded', 'failed', 'cancelled', 'succeeded']) endRun(id, status);
    const messages = await receiver.seen(4);
    const reader = new EventReader(gateway);
    await reader.current();
    const logged = reader.of(id).filter(({ type }) => types.includes(type));
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
    const other = bench.upstream.state.addConnection({ createdAt: 1_700_000_000 }).connectionId;
    const caller = new WebhookCaller(await open());
    await caller.create({ url: `${receiver.url}/failed`, types: ['run.failed'] });
    await caller.create({ url: `${receiver.url}/other`, connectionIds: [other], types });
    await caller.create({ url: `${receiver.url}/elsewhere`, workspaceId: WORKSPACE });
    await caller.create({ url: receiver.url, types });
    endRun(id, 'failed');
    endRun(other);
    endRun(id);
    await receiver.seen(3);
    const [failed] = await receiver.seen(1, '/hook/failed');
    const [others] = await receiver.seen(1, '/hook/other');
    expect(failed?.event).toMatchObject({ type: 'run.failed', connectionId: id });
    expect(others?.event).toMatchObject({ type: 'run.succeeded', connectionId: other });
    expect([receiver.of('/hook/failed').length, receiver.of('/hook/other').length]).toEqual([1, 1]);
    expect(receiver.of('/hook/elsewhere')).toEqual([]);
  });

  it('gets a refused event again after 5 s, 5 min and so on, and the following ones at once', async () => {
    const caller = new WebhookCaller(await open());
    const { webhookId, secret } = await caller.create({ url: receiver.url, types });
    receiver.reply = ({ event }, response) =>
      response.writeHead(event.type === 'run.failed' ? 503 : 200).end();
    endRun(id, 'failed');
    endRun(id);
    await receiver.seen(2);
    const waits = [5000, 5 * MINUTE_MS, 30 * MINUTE_MS, 120 * MINUTE_MS, 300 * MINUTE_MS];
    for (const [index, waitMs] of waits.entries()) {
      const failed = await caller.delivery(
        webhookId,
        `${index + 1} attempts`,
        ({ state, attempts }) => state === 'pending' && attempts === index + 1,
      );
      expect(failed).toMatchObject({ fault: 'status', statusCode: 503 });
      const remainingMs = Date.parse(failed.nextAttemptAt ?? '') - bench.clock.now().getTime();
      expect(remainingMs).toBeGreaterThan(waitMs - 5000);
      expect(remainingMs).toBeLessThanOrEqual(waitMs * 1.1);
      bench.clock.skip(waitMs * 1.1);
      await receiver.seen(index + 3);
    }
    const ids = new Set(receiver.messages.map(({ headers }) => headers['webhook-id']));
    expect(ids.size).toBe(2);
    expect(receiver.messages.filter((message) => !isVerified(message, secret))).toEqual([]);
    await caller.delivery(webhookId, '6 attempts', ({ attempts }) => attempts === 6);
    receiver.clear();
    bench.clock.skip(11 * 60 * MINUTE_MS);
    await caller.delivery(
      webhookId,
      'the success',
      ({ state, attempts }) => state === 'succeeded' && attempts === 7,
    );
  });

  it('waits as long as Retry-After says', async () => {
    const caller = new WebhookCaller(await open());
    const { webhookId } = await caller.create({ url: receiver.url, types });
    receiver.reply = (_message, response) => response.writeHead(429, { 'retry-after': '3600' }).end();
    endRun(id);
    const delivery = await caller.delivery(webhookId, 'one attempt', ({ attempts }) => attempts === 1);
    const waitMs = Date.parse(delivery.nextAttemptAt ?? '') - bench.clock.now().getTime();
    expect(waitMs).toBeGreaterThan(3_590_000);
    expect(waitMs).toBeLessThanOrEqual(3_600_000);
  });

  it('delays no other webhook while its receiver does not answer', async () => {
    const caller = new WebhookCaller(await open());
    await caller.create({ url: `${receiver.url}/slow`, types });
    await caller.create({ url: receiver.url, types });
    receiver.reply = ({ path }, response) => {
      if (path === '/hook') response.writeHead(204).end();
    };
    endRun(id);
    await receiver.seen(1, '/hook/slow');
    for (let run = 0; run < 20; run++) endRun(id);
    await receiver.seen(21);
    expect(receiver.of('/hook/slow')).toHaveLength(1);
  });

  it('gets after a restart what happened meanwhile', async () => {
    const first = await open();
    const caller = new WebhookCaller(first);
    const { secret } = await caller.create({ url: receiver.url, types });
    endRun(id);
    await receiver.seen(1);
    await first.close();
    for (let run = 0; run < 30; run++) endRun(id, 'failed');
    await open();
    await receiver.seen(31);
    const sequences = receiver.messages.map(({ event }) => event.sequence);
    expect(sequences).toEqual([...new Set(sequences)].sort((one, other) => one - other));
    expect(receiver.messages.filter((message) => !isVerified(message, secret))).toEqual([]);
  });

  it('gets messages with both signatures while a rotation overlaps, and with the new one after it', async () => {
    const caller = new WebhookCaller(await open());
    const { webhookId, secret: before } = await caller.create({ url: receiver.url, types });
    const { body } = await caller.send('POST', `/${webhookId}/rotate`, { overlapSeconds: 60 });
    endRun(id);
    const [both] = await receiver.seen(1);
    bench.clock.skip(MINUTE_MS + 1000);
    endRun(id);
    const [, after] = await receiver.seen(2);
    const verified = [both, after].map((message) =>
      [before, body.secret].map((secret) => message !== undefined && isVerified(message, secret)),
    );
    expect(verified).toEqual([
      [true, true],
      [false, true],
    ]);
  });

  it('is tested without an event', async () => {
    const caller = new WebhookCaller(await open());
    const { webhookId, secret } = await caller.create({ url: receiver.url, types });
    expect((await caller.send('POST', `/${webhookId}/test`)).body).toMatchObject({
      isAccepted: true,
      statusCode: 204,
      fault: null,
    });
    const [message] = receiver.messages;
    expect(message?.event.type).toBe('webhook.test');
    expect(message && isVerified(message, secret)).toBe(true);
    receiver.reply = (_message, response) => response.writeHead(302, { location: receiver.url }).end();
    expect((await caller.send('POST', `/${webhookId}/test`)).body).toMatchObject({
      isAccepted: false,
      statusCode: 302,
      fault: 'status',
    });
    expect(receiver.messages).toHaveLength(2);
  });

  it('gets one event again, or all since a time that it has not accepted', async () => {
    const gateway = await open();
    const caller = new WebhookCaller(gateway);
    const { webhookId } = await caller.create({ url: receiver.url, types });
    endRun(id);
    const [accepted] = await receiver.seen(1);
    const eventId = accepted?.event.id ?? '';
    await caller.delivery(webhookId, 'the success', ({ state }) => state === 'succeeded');
    const again = await caller.send('POST', `/${webhookId}/deliveries/${eventId}/resend`);
    expect(again.body).toMatchObject({ state: 'pending', attempts: 0 });
    await receiver.seen(2);
    await caller.delivery(webhookId, 'the success', ({ state }) => state === 'succeeded');
    const since = new Date(bench.clock.now().getTime() - DAY_MS).toISOString();
    await caller.send('PATCH', `/${webhookId}`, { status: 'disabled' });
    endRun(id, 'failed');
    await new EventReader(gateway).seen('run.failed', id);
    await caller.send('PATCH', `/${webhookId}`, { status: 'enabled' });
    await caller.send('POST', `/${webhookId}/recover`, { since });
    const messages = await receiver.seen(3);
    expect(messages.map(({ event }) => event.type)).toEqual(['run.succeeded', 'run.succeeded', 'run.failed']);
    expect(await caller.send('POST', `/${webhookId}/deliveries/evt_unknown/resend`)).toMatchObject({
      status: 404,
      body: { code: 'delivery-not-found' },
    });
  });
});

describe('webhooks', () => {
  it('are not sent to internal addresses, however they are written', async () => {
    const caller = new WebhookCaller(await open());
    const refused: Record<string, RegExp> = {
      'ftp://example.com/': /https:\/\//,
      'http://example.com/': /https:\/\//,
      'https://user:pass@example.com/': /user/,
      'https://2130706434/': /internal/,
      'https://0177.0.0.2/': /internal/,
      'https://0x7f.2/': /internal/,
      'https://169.254.169.254./': /internal/,
      'https://[::1]/': /internal/,
      'https://[::ffff:10.0.0.1]/': /internal/,
      'https://[64:ff9b::a00:1]/': /internal/,
      'https://localhost./': /internal/,
    };
    for (const [url, reason] of Object.entries(refused)) {
      const { status, body } = await caller.send('POST', '', { url });
      expect([url, status]).toEqual([url, 400]);
      expect(body.errors?.[0]).toMatchObject({
        field: 'url',
        reason: expect.stringMatching(reason) as string,
      });
    }
  });

  it('are seen by callers of their workspace only, and need both scopes', async () => {
    const gateway = await open({ API_KEYS });
    const as = (key: string): WebhookCaller => new WebhookCaller(gateway, { 'x-api-key': key });
    const { webhookId } = await as('all').create({ url: receiver.url });
    const own = await as('one').create({ url: receiver.url });
    expect(own.workspaceId).toBe(WORKSPACE);
    const listed = await as('one').send<{ data: { webhookId: string }[] }>('GET', '');
    expect(listed.body.data.map((webhook) => webhook.webhookId)).toEqual([own.webhookId]);
    const foreign = await Promise.all([
      as('one').send('GET', `/${webhookId}`),
      as('one').send('PATCH', `/${webhookId}`, { status: 'disabled' }),
      as('one').send('DELETE', `/${webhookId}`),
      as('one').send('POST', `/${webhookId}/test`),
      as('one').send('POST', `/${webhookId}/rotate`, {}),
      as('one').send('GET', `/${webhookId}/deliveries`),
    ]);
    expect(foreign.map(({ status, body }) => [status, body.code])).toEqual(
      foreign.map(() => [404, 'webhook-not-found']),
    );
    expect(await as('one').send('POST', '', { url: receiver.url, workspaceId: 'other' })).toMatchObject({
      status: 400,
    });
    expect(await as('blind').send('POST', '', { url: receiver.url })).toMatchObject({ status: 403 });
    expect(await as('reader').send('GET', '')).toMatchObject({ status: 403 });
    const theirs = bench.upstream.state.addConnection({ createdAt: 1_700_000_000, workspaceId: WORKSPACE });
    endRun(id);
    endRun(theirs.connectionId);
    await until('both', () => receiver.messages.length >= 3);
    const ofOne = receiver.messages.filter((message) => isVerified(message, own.secret));
    expect(new Set(ofOne.map(({ event }) => event.workspaceId))).toEqual(new Set([WORKSPACE]));
  });

  it('are limited in number for each caller', async () => {
    const caller = new WebhookCaller(await open());
    for (let made = 0; made < 20; made++) await caller.create({ url: receiver.url, types });
    expect(await caller.send('POST', '', { url: receiver.url })).toMatchObject({
      status: 409,
      body: { code: 'too-many-webhooks' },
    });
  });

  it('show their secret once, and store it encrypted', async () => {
    const caller = new WebhookCaller(await open());
    const { webhookId, secret } = await caller.create({ url: receiver.url, types });
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(JSON.stringify(await caller.get(webhookId))).not.toContain('secret');
    const files = (await readdir(dataDir)).filter((name) => name.startsWith('webhooks-'));
    expect(files.length).toBeGreaterThan(0);
    for (const name of files) {
      const bytes = await readFile(join(dataDir, name));
      expect(bytes.includes(secret.slice('whsec_'.length))).toBe(false);
      expect(bytes.includes(Buffer.from(secret.slice('whsec_'.length), 'base64'))).toBe(false);
    }
  });

  it.each([
    [{ DATA_DIR: '' }, /need events/],
    [{ EVENTS_RETENTION_S: '3600' }, /EVENTS_RETENTION_S/],
  ])('do not exist with %o, which the capability says', async (settings, reason) => {
    const gateway = await bench.open({ ...WEBHOOK_SETTINGS, DATA_DIR: dataDir, ...settings });
    const { body } = await gateway.send<{ capabilities: object[] }>('GET', '/capabilities');
    expect(body.capabilities).toContainEqual({
      name: 'webhooks',
      state: 'off',
      reason: expect.stringMatching(reason) as string,
    });
    expect(await new WebhookCaller(gateway).send('GET', '')).toMatchObject({ status: 501 });
  });
});
