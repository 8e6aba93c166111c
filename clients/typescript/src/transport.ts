import { CredentialError, ResponseTooLargeError } from './errors.js';
import type { Fetch, Key } from './types.js';

const USER_AGENT = 'airbyte-ingestion-client/0.1.0';

/** @throws TypeError if it is not an http(s) address to which a path can be appended */
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

/** `fetch` with the sign-in of the caller and a limit of the response. A 401 makes a key function be called again, once. */
export function signedFetch(key: Key | undefined, send: Fetch, maxResponseBytes: number): Fetch {
  return async (request) => {
    // In a browser this header would need a permission of its own.
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
  // RFC 6750 allows fewer characters; the gateway decides which keys it knows.
  if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value))
    throw new CredentialError('a key must be a string of visible ASCII characters, without spaces');
  request.headers.set('authorization', `Bearer ${value}`);
  return request;
}

/** A body that fails with ResponseTooLargeError when more than so many bytes arrive. */
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
