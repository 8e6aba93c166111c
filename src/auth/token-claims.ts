import type { JWTPayload } from 'jose';
import type { Caller } from '../http/caller';
import { credentialsInvalid, workspaceMissing } from './auth-problems';

/**
 * Who a verified token speaks for. Scopes come from `scope` (RFC 8693 §4.2, words separated by spaces) or `scp`
 * (Microsoft Entra, Okta), either as one text or as a list.
 * @param workspaceClaim where it is set, a token without it is refused rather than taken as unlimited.
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
