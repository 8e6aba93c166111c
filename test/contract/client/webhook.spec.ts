import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { verifyWebhook, WebhookVerificationError } from '@airbyte-ingestion/client';

const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;
const BODY = JSON.stringify({ id: 'evt_1', type: 'run.failed', name: 'Bücher – Köln' });
const NOW = new Date('2026-01-15T10:30:00Z');
const SECRET = newSecret();
const OTHER = newSecret();

/** Headers with a signature for each secret, made by npm standardwebhooks. */
function signed(secrets: readonly string[], sentAt = NOW, body = BODY): Record<string, string> {
  return {
    'webhook-id': 'evt_1',
    'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign('evt_1', sentAt, body)).join(' '),
  };
}

describe('a message of a webhook', () => {
  it('is accepted with a signature that standardwebhooks has made', async () => {
    expect(await verifyWebhook(BODY, signed([SECRET]), SECRET, { now: NOW })).toEqual(JSON.parse(BODY));
    expect(await verifyWebhook(BODY, new Headers(signed([SECRET])), SECRET, { now: NOW })).toEqual(
      JSON.parse(BODY),
    );
  });

  it('is accepted with one of several signatures, and by one of several secrets', async () => {
    const options = { now: NOW };
    expect(await verifyWebhook(BODY, signed([OTHER, SECRET]), SECRET, options)).toMatchObject({
      id: 'evt_1',
    });
    expect(await verifyWebhook(BODY, signed([SECRET]), [OTHER, SECRET], options)).toMatchObject({
      id: 'evt_1',
    });
  });

  it.each([
    ['another secret', BODY, signed([OTHER])],
    ['another body', `${BODY} `, signed([SECRET])],
    ['another id', BODY, { ...signed([SECRET]), 'webhook-id': 'evt_2' }],
    ['another time', BODY, { ...signed([SECRET]), 'webhook-timestamp': '1768473001' }],
    ['an old time', BODY, signed([SECRET], new Date(NOW.getTime() - 301_000))],
    ['a time ahead', BODY, signed([SECRET], new Date(NOW.getTime() + 301_000))],
    ['no time', BODY, { ...signed([SECRET]), 'webhook-timestamp': 'now' }],
    ['no signature', BODY, { ...signed([SECRET]), 'webhook-signature': '' }],
    ['a signature that is no base64', BODY, { ...signed([SECRET]), 'webhook-signature': 'v1,%%%' }],
    [
      'a signature of another version',
      BODY,
      {
        ...signed([SECRET]),
        'webhook-signature': signed([SECRET])['webhook-signature']?.replace('v1', 'v1a'),
      },
    ],
    ['no headers', BODY, {}],
  ])('is refused with %s', async (_name, body, headers) => {
    await expect(verifyWebhook(body, headers, SECRET, { now: NOW })).rejects.toThrow(
      WebhookVerificationError,
    );
  });

  it('needs a secret that can be one', async () => {
    await expect(verifyWebhook(BODY, signed([SECRET]), 'secret', { now: NOW })).rejects.toThrow(TypeError);
  });
});
