import { createHash } from 'node:crypto';
import type { Caller } from '../http/caller';
import { validationFailed } from '../api/problem/problem.exception';

const KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * The `Idempotency-Key` of a request; undefined where none was sent.
 * @throws ProblemException that names the header. Node joins repeated headers with a space, which no key has.
 */
export function idempotencyKeyOf(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && KEY.test(header)) return header;
  throw validationFailed([
    {
      field: 'Idempotency-Key',
      reason: 'must be 1 to 255 visible ASCII characters, and sent once',
      hint: 'Use a UUID, the same for every try of one request.',
    },
  ]);
}

/** Callers that nobody knows by name share one set of keys: their addresses change from try to try. */
const ANONYMOUS = 'anonymous';

/**
 * What stands for a key of a caller's in the store: of fixed length, and giving neither of the two away. Who may be in one
 * workspace at a time has keys of their own in each, so that no answer is carried from one into another.
 */
export function recordId(caller: Caller | undefined, key: string): string {
  const hash = createHash('sha256').update(caller?.id ?? ANONYMOUS);
  if (caller?.workspaceId) hash.update('\0').update(caller.workspaceId);
  return hash.update('\0').update(key).digest('hex');
}

/** Two requests with one key must be one request: same method, path and body. The order of members does not count. */
export function fingerprintOf(method: string, path: string, body: unknown): string {
  return createHash('sha256').update(`${method} ${path}\n`).update(canonical(body)).digest('hex');
}

/** Bodies are nested a few levels at most when they come here. */
function canonical(value: unknown): string {
  return JSON.stringify(value ?? null, (_name, member: unknown) => {
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
