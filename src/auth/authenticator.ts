import type { IncomingHttpHeaders } from 'node:http';
import type { Caller } from '../http/caller';
import type { ApiKeyRing } from './api-keys';
import { credentialsInvalid, credentialsMissing } from './auth-problems';
import type { OidcVerifier } from './oidc-verifier';

/** Authorization header (RFC 6750 §2.1). */
const BEARER = /^Bearer +([\w.~+/-]+=*)$/i;
/** Header, claims and signature (RFC 7515 §3.1). */
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** Identifies the caller of a request by its headers. */
export class Authenticator {
  constructor(
    private readonly keys: ApiKeyRing,
    private readonly oidc: Pick<OidcVerifier, 'verify'> | null,
  ) {}

  /**
   * @throws ProblemException `unauthenticated`, or the problems of {@link OidcVerifier.verify}
   */
  async identify(headers: IncomingHttpHeaders): Promise<Caller> {
    const { authorization, 'x-api-key': apiKey } = headers;
    const bearer = authorization === undefined ? undefined : BEARER.exec(authorization)?.[1];
    const presented = bearer ?? (typeof apiKey === 'string' ? apiKey : undefined);
    if (presented === undefined) {
      throw authorization === undefined
        ? credentialsMissing()
        : credentialsInvalid('The Authorization header must be Bearer followed by a token');
    }
    const known = this.keys.find(presented);
    if (known) return known;
    if (this.oidc && bearer !== undefined && JWT.test(bearer)) return this.oidc.verify(bearer);
    throw credentialsInvalid('The API key or token is unknown');
  }
}
