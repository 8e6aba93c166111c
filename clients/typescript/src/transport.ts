import { CredentialError, ResponseTooLargeError } from './errors.js';
import type { Fetch, Key } from './types.js';

const USER_AGENT = 'airbyte-ingestion-client/0.1.0';

/** @throws TypeError if the URL is not http(s) or has a user, query or fragment */
export function baseUrlOf(url: string): string {
  const page = (globalThis as { location?: { href: string } }).location?.href;
  const parsed = URL.canParse(url, page) ? new URL(url, page) : undefined;
  const isUsable =
    parsed && /^https?:$/.test(parsed.protocol) && parsed.username + parsed.search + parsed.hash === '';
  if (!isUsable)
    throw new TypeError(
      'url must be an http(s) address without user, query and fragment, as http://host:3000',
    );
  return parsed.href.replace(/\/+$/, '');
}

/** `fetch` with credentials and a response size limit. After a 401, a key function is called once more for a second try. */
export function signedFetch(key: Key | undefined, send: Fetch, maxResponseBytes: number): Fetch {
  return async (request) => {
    // Browsers send this header to another origin only if the CORS policy of the server allows it.
    const isBrowser = 'document' in globalThis || 'WorkerGlobalScope' in globalThis;
    if (!isBrowser && !request.headers.has('user-agent')) request.headers.set('user-agent', USER_AGENT);
    if (key === undefined) return limited(await send(request), maxResponseBytes);
    const second = typeof key === 'function' ? request.clone() : undefined;
    const response = await send(await signed(request, key));
    if (response.status !== 401 || !second) return limited(response, maxResponseBytes);
    await response.body?.cancel();
    return limited(await send(await signed(second, key)), maxResponseBytes);
  };
}

/** @throws CredentialError */
async function signed(request: Request, key: Key): Promise<Request> {
  let value: unknown;
  try {
    value = typeof key === 'function' ? await key() : key;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new CredentialError(`the key function failed: ${message}`, { cause });
  }
  // RFC 6750 allows fewer characters, but the gateway also accepts other API keys.
  if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value))
    throw new CredentialError('a key must be a string of visible ASCII characters, without spaces');
  request.headers.set('authorization', `Bearer ${value}`);
  return request;
}

/** Copies the response. Its body fails with ResponseTooLargeError after `maxBytes` bytes. */
function limited(response: Response, maxBytes: number): Response {
  if (!response.body) return response;
  const { status, statusText, headers, url } = response;
  let bytes = 0;
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform: (chunk, controller) => {
      bytes += chunk.byteLength;
      if (bytes <= maxBytes) controller.enqueue(chunk);
      else controller.error(new ResponseTooLargeError(status, maxBytes));
    },
  });
  const copy = new Response(response.body.pipeThrough(counter), { status, statusText, headers });
  return Object.defineProperty(copy, 'url', { value: url });
}
