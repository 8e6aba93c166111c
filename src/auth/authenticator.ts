import type { IncomingHttpHeaders } from 'node:http';
import type { Caller } from '../http/caller';
import type { ApiKeyRing } from './api-keys';
import { credentialsInvalid, credentialsMissing } from './auth-problems';
import type { OidcVerifier } from './oidc-verifier';

/** RFC 6750 §2.1. */
const BEARER = /^Bearer +([\w.~+/-]+=*)$/i;
/** RFC 7515 §3.1: header, claims and signature. */
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** Tells who sends a request from its headers. */
export class Authenticator {
  constructor(
    private readonly keys: ApiKeyRing,
    private readonly oidc: Pick<OidcVerifier, 'verify'> | null,
  ) {}

  /**
   * At once for API keys, later for tokens.
   * @throws ProblemException `unauthenticated`, or whatever {@link OidcVerifier.verify} throws.
   */
  identify(headers: IncomingHttpHeaders): Caller | Promise<Caller> {
    const { authorization, 'x-api-key': apiKey } = headers;
    const bearer = authorization === undefined ? undefined : BEARER.exec(authorization)?.[1];
    const presented = bearer ?? (typeof apiKey === 'string' ? apiKey : undefined);
    if (presented === undefined) {
      throw authorization === undefined
        ? credentialsMissing()
        : credentialsInvalid('The Authorization header is not of the form Bearer and a token');
    }
    const known = this.keys.find(presented);
    if (known) return known;
    if (this.oidc && bearer !== undefined && JWT.test(bearer)) return this.oidc.verify(bearer);
    throw credentialsInvalid('The API key or token is not known');
  }
}
