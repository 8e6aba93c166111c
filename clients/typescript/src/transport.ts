import { defaultPathSerializer } from 'openapi-fetch';
import type { Fetch, Key } from './types.js';

export const USER_AGENT = 'airbyte-ingestion-client/0.1.0';

/** `fetch` with the sign-in of the caller. A key that a function returns is asked for again after a 401, once. */
export function signedFetch(key: Key | undefined, send: Fetch): Fetch {
  return async (request) => {
    // In a browser this header makes the request need a permission of its own.
    if (!('document' in globalThis) && !('WorkerGlobalScope' in globalThis))
      request.headers.set('user-agent', USER_AGENT);
    if (key === undefined) return send(request);
    if (typeof key === 'string') return send(signed(request, key));
    const second = request.clone();
    const response = await send(signed(request, await key()));
    return response.status === 401 ? send(signed(second, await key())) : response;
  };
}

function signed(request: Request, key: string): Request {
  request.headers.set('authorization', `Bearer ${key}`);
  return request;
}

/** Refuses ids that would name another path: `/ingestion/..` is `/`. */
export function pathOf(pathname: string, params: Record<string, unknown>): string {
  for (const [, name = ''] of pathname.matchAll(/{(\w+)}/g)) {
    const id = params[name];
    if (typeof id !== 'string' || ['', '.', '..'].includes(id))
      throw new RangeError(
        `${name} ${JSON.stringify(id)} is not an id; pass the id that the gateway returned`,
      );
  }
  return defaultPathSerializer(pathname, params);
}

/** A random UUID. A page without https has no `crypto.randomUUID`. */
export function randomKey(): string {
  const { crypto } = globalThis;
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40; // version 4
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80; // variant of RFC 9562
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** Whether a resource already has all that a change asked for. */
export function has(actual: unknown, wanted: unknown): boolean {
  if (wanted === undefined || actual === wanted) return true;
  if (typeof wanted !== 'object' || wanted === null || typeof actual !== 'object' || actual === null)
    return (actual ?? null) === (wanted ?? null);
  if (Array.isArray(wanted) && (!Array.isArray(actual) || actual.length !== wanted.length)) return false;
  const members = new Map<string, unknown>(Object.entries(actual));
  return Object.entries(wanted).every(([name, value]) => has(members.get(name), value));
}
