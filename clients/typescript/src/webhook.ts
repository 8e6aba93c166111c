import type { GatewayEvent, WebhookTestMessage } from './types.js';

/** Difference in seconds between the time of a message and now, beyond which it is refused. */
const TOLERANCE_S = 300;
const PREFIX = 'whsec_';

/** Headers of a message: `Headers`, or an object such as `request.headers` of Node. */
export type WebhookHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

export interface VerifyOptions {
  /** Time of the check. Default: now. */
  readonly now?: Date;
  /** Default: 300 seconds. */
  readonly toleranceSeconds?: number;
}

/** The message is not from the gateway, or too old. */
export class WebhookVerificationError extends Error {
  override readonly name = 'WebhookVerificationError';
}

/**
 * Verifies a message of a webhook (Standard Webhooks 1.0) and returns its event.
 * @param body as it arrived, not parsed and serialized again
 * @param secrets one, or several while one replaces the other
 * @throws WebhookVerificationError if no signature is by one of the secrets, or the time is too far from now
 */
export async function verifyWebhook(
  body: string,
  headers: WebhookHeaders,
  secrets: string | readonly string[],
  { now = new Date(), toleranceSeconds = TOLERANCE_S }: VerifyOptions = {},
): Promise<GatewayEvent | WebhookTestMessage> {
  const id = headerOf(headers, 'webhook-id');
  const timestamp = headerOf(headers, 'webhook-timestamp');
  const signatures = headerOf(headers, 'webhook-signature')
    .split(' ')
    .filter((one) => one.startsWith('v1,'))
    .flatMap((one) => bytesOf(one.slice(3)) ?? []);
  if (!/^\d{1,12}$/.test(timestamp)) throw new WebhookVerificationError('webhook-timestamp is no time');
  if (Math.abs(now.getTime() / 1000 - Number(timestamp)) > toleranceSeconds)
    throw new WebhookVerificationError('The time of the message is too far from now.');
  const message = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  for (const secret of [secrets].flat()) {
    if (await isSignedBy(secret, signatures, message))
      return JSON.parse(body) as GatewayEvent | WebhookTestMessage;
  }
  throw new WebhookVerificationError('No signature of the message is by a given secret.');
}

function headerOf(headers: WebhookHeaders, name: string): string {
  const value = headers instanceof Headers ? headers.get(name) : headers[name];
  if (typeof value === 'string') return value;
  throw new WebhookVerificationError(`The message has no header ${name}.`);
}

async function isSignedBy(
  secret: string,
  signatures: readonly Uint8Array<ArrayBuffer>[],
  message: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const bytes = secret.startsWith(PREFIX) ? bytesOf(secret.slice(PREFIX.length)) : null;
  if (bytes === null) throw new TypeError('A secret begins with whsec_, and base64 follows.');
  const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, [
    'verify',
  ]);
  for (const signature of signatures) {
    // WebCrypto compares in constant time.
    if (await crypto.subtle.verify('HMAC', key, signature, message)) return true;
  }
  return false;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    // atob says no more than that the text is not base64.
    return null;
  }
}
