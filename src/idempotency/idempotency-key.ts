import { createHash } from 'node:crypto';
import type { Caller } from '../http/caller';
import { validationFailed } from '../api/problem/problem.exception';

const KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * The `Idempotency-Key` of a request, or undefined.
 * @throws ProblemException for an invalid or repeated header. Node joins repeated headers with a comma and a space, and a
 * key contains no space.
 */
export function idempotencyKeyOf(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && KEY.test(header)) return header;
  throw validationFailed([
    {
      field: 'Idempotency-Key',
      reason: 'must be sent once and have 1 to 255 visible ASCII characters',
      hint: 'Use a UUID, and send the same one with every retry of the request.',
    },
  ]);
}

/** Unauthenticated callers share one set of keys, because their addresses may change between attempts. */
const ANONYMOUS = 'anonymous';

/** Id in the store. The hash hides caller and key, and the workspace in it separates the responses of workspaces. */
export function recordId(caller: Caller | undefined, key: string): string {
  const hash = createHash('sha256').update(caller?.id ?? ANONYMOUS);
  if (caller?.workspaceId) hash.update('\0').update(caller.workspaceId);
  return hash.update('\0').update(key).digest('hex');
}

/** Hash of method, path and body. It must be equal for all requests with one key. The order of members has no effect. */
export function fingerprintOf(method: string, path: string, body: unknown): string {
  return createHash('sha256').update(`${method} ${path}\n`).update(canonical(body)).digest('hex');
}

/** JSON with sorted members. The recursion is safe, because the nesting depth of bodies is limited. */
function canonical(value: unknown): string {
  return JSON.stringify(value ?? null, (_name, member: unknown) => {
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
