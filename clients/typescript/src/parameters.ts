import { defaultPathSerializer } from 'openapi-fetch';
import type { ChangeOptions } from './types.js';

/** Refuses ids that would change the path: `/ingestion/..` becomes `/`. */
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

export function idempotencyHeader({ idempotencyKey }: ChangeOptions): { 'Idempotency-Key': string } {
  return { 'Idempotency-Key': idempotencyKey ?? randomKey() };
}

/** A random UUID. Web pages without HTTPS have no `crypto.randomUUID`. */
function randomKey(): string {
  const { crypto } = globalThis;
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40; // version 4
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80; // variant of RFC 9562
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
