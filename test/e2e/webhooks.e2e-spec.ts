import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EventReader } from '../support/events-bench';
import { isVerified } from '../support/hook-receiver';
import { until } from '../support/until';
import { WebhookCaller, WebhooksBench } from '../support/webhooks-bench';

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

let bench: WebhooksBench;

beforeAll(async () => {
  bench = await WebhooksBench.start();
});
beforeEach(() => bench.prepare());
afterEach(() => bench.reset());
afterAll(() => bench.close());

describe('a webhook', () => {
  it('gets messages with both signatures while a rotation overlaps, and with the new one after it', async () => {
    const caller = new WebhookCaller(await bench.open());
    const { webhookId, secret: before } = await caller.create({ url: bench.receiver.url, types });
    const { body } = await caller.send('POST', `/${webhookId}/rotate`, { overlapSeconds: 60 });
    bench.endRun();
    const [both] = await bench.receiver.seen(1);
    bench.mirror.clock.skip(MINUTE_MS + 1000);
    bench.endRun();
    const [, after] = await bench.receiver.seen(2);
    const verified = [both, after].map((message) =>
      [before, body.secret].map((secret) => message !== undefined && isVerified(message, secret)),
    );
    expect(verified).toEqual([
      [true, true],
      [false, true],
    ]);
  });

  it('is tested without an event', async () => {
    const caller = new WebhookCaller(await bench.open());
    const { webhookId, secret } = await caller.create({ url: bench.receiver.url, types });
    expect((await caller.send('POST', `/${webhookId}/test`)).body).toMatchObject({
      isAccepted: true,
      statusCode: 204,
      fault: null,
    });
    const [message] = bench.receiver.messages;
    expect(message?.event.type).toBe('webhook.test');
    expect(message && isVerified(message, secret)).toBe(true);
    bench.receiver.reply = (_message, response) =>
      response.writeHead(302, { location: bench.receiver.url }).end();
    expect((await caller.send('POST', `/${webhookId}/test`)).body).toMatchObject({
      isAccepted: false,
      statusCode: 302,
      fault: 'status',
    });
    expect(bench.receiver.messages).toHaveLength(2);
  });

  it('gets one event again, or all since a time that it has not accepted', async () => {
    const gateway = await bench.open();
    const caller = new WebhookCaller(gateway);
    const { webhookId } = await caller.create({ url: bench.receiver.url, types });
    bench.endRun();
    const [accepted] = await bench.receiver.seen(1);
    const eventId = accepted?.event.id ?? '';
    await caller.delivery(webhookId, 'the success', ({ state }) => state === 'succeeded');
    const again = await caller.send('POST', `/${webhookId}/deliveries/${eventId}/resend`);
    expect(again.body).toMatchObject({ state: 'pending', attempts: 0 });
    await bench.receiver.seen(2);
    await caller.delivery(webhookId, 'the success', ({ state }) => state === 'succeeded');
    const since = new Date(bench.mirror.clock.now().getTime() - DAY_MS).toISOString();
    await caller.send('PATCH', `/${webhookId}`, { status: 'disabled' });
    bench.endRun('failed');
    await new EventReader(gateway).seen('run.failed', bench.id);
    await caller.send('PATCH', `/${webhookId}`, { status: 'enabled' });
    await caller.send('POST', `/${webhookId}/recover`, { since });
    const messages = await bench.receiver.seen(3);
    expect(messages.map(({ event }) => event.type)).toEqual(['run.succeeded', 'run.succeeded', 'run.failed']);
    expect(await caller.send('POST', `/${webhookId}/deliveries/evt_unknown/resend`)).toMatchObject({
      status: 404,
      body: { code: 'delivery-not-found' },
    });
  });
});

describe('webhooks', () => {
  it('are not sent to internal addresses, however they are written', async () => {
    const caller = new WebhookCaller(await bench.open());
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
    const gateway = await bench.open({ API_KEYS });
    const as = (key: string): WebhookCaller => new WebhookCaller(gateway, { 'x-api-key': key });
    const { webhookId } = await as('all').create({ url: bench.receiver.url });
    const own = await as('one').create({ url: bench.receiver.url });
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
    expect(await as('one').send('POST', '', { url: bench.receiver.url, workspaceId: 'other' })).toMatchObject(
      {
        status: 400,
      },
    );
    expect(await as('blind').send('POST', '', { url: bench.receiver.url })).toMatchObject({ status: 403 });
    expect(await as('reader').send('GET', '')).toMatchObject({ status: 403 });
    const theirs = bench.addIngestion({ workspaceId: WORKSPACE });
    bench.endRun();
    bench.endRun('succeeded', theirs);
    await until('both', () => bench.receiver.messages.length >= 3);
    const ofOne = bench.receiver.messages.filter((message) => isVerified(message, own.secret));
    expect(new Set(ofOne.map(({ event }) => event.workspaceId))).toEqual(new Set([WORKSPACE]));
  });

  it('are limited in number for each caller', async () => {
    const caller = new WebhookCaller(await bench.open());
    for (let made = 0; made < 20; made++) await caller.create({ url: bench.receiver.url, types });
    expect(await caller.send('POST', '', { url: bench.receiver.url })).toMatchObject({
      status: 409,
      body: { code: 'too-many-webhooks' },
    });
  });

  it('show their secret once, and store it encrypted', async () => {
    const caller = new WebhookCaller(await bench.open());
    const { webhookId, secret } = await caller.create({ url: bench.receiver.url, types });
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(JSON.stringify(await caller.get(webhookId))).not.toContain('secret');
    const files = (await readdir(bench.dataDir)).filter((name) => name.startsWith('webhooks-'));
    expect(files.length).toBeGreaterThan(0);
    for (const name of files) {
      const bytes = await readFile(join(bench.dataDir, name));
      expect(bytes.includes(secret.slice('whsec_'.length))).toBe(false);
      expect(bytes.includes(Buffer.from(secret.slice('whsec_'.length), 'base64'))).toBe(false);
    }
  });

  it.each([
    [{ DATA_DIR: '' }, /need events/],
    [{ EVENTS_RETENTION_S: '3600' }, /EVENTS_RETENTION_S/],
  ])('do not exist with %o, which the capability says', async (settings, reason) => {
    const gateway = await bench.openAtOnce(settings);
    const { body } = await gateway.send<{ capabilities: object[] }>('GET', '/capabilities');
    expect(body.capabilities).toContainEqual({
      name: 'webhooks',
      state: 'off',
      reason: expect.stringMatching(reason) as string,
    });
    expect(await new WebhookCaller(gateway).send('GET', '')).toMatchObject({ status: 501 });
  });
});
