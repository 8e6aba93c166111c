import { ProblemException } from '../api/problem/problem.exception';
import type { Scope } from './caller';

/** Names the protection space (RFC 9110 §11.5). */
export const REALM = 'realm="airbyte-ingestion-api"';

/** 403 for an authenticated caller without this scope. */
export function scopeMissing(scope: Scope): ProblemException {
  return new ProblemException('not-permitted', `This operation needs the scope ${scope}.`, {
    headers: { 'www-authenticate': `Bearer ${REALM}, error="insufficient_scope", scope="${scope}"` },
  });
}
