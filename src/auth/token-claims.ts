import type { JWTPayload } from 'jose';
import type { Caller } from '../http/caller';
import { credentialsInvalid, workspaceMissing } from './auth-problems';

/**
 * Returns the caller of a verified token. Scopes are read from `scope` (RFC 8693 §4.2) and `scp` (Microsoft Entra, Okta),
 * each a list or a string separated by spaces.
 * @param workspaceClaim if set, a token without this claim is refused. It would otherwise have access to all workspaces.
 * @throws ProblemException
 */
export function callerOf(claims: JWTPayload, workspaceClaim: string | null): Caller {
  if (typeof claims.sub !== 'string' || claims.sub === '') {
    throw credentialsInvalid('The token has no subject');
  }
  return {
    id: `oidc:${claims.sub}`,
    scopes: [...words(claims['scope']), ...words(claims['scp'])],
    workspaceId: workspaceClaim === null ? null : workspaceOf(claims, workspaceClaim),
  };
}

function words(claim: unknown): string[] {
  if (typeof claim === 'string') return claim.split(' ').filter((word) => word !== '');
  return Array.isArray(claim) ? claim.filter((word) => typeof word === 'string') : [];
}

function workspaceOf(claims: JWTPayload, name: string): string {
  const claim = claims[name];
  if (typeof claim === 'string' && claim !== '') return claim;
  throw workspaceMissing(name);
}
