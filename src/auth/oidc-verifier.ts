import { Logger } from '@nestjs/common';
import { createRemoteJWKSet, errors, type JWKSCacheInput, jwksCache, type JWTPayload, jwtVerify } from 'jose';
import type { Clock } from '../lib/clock';
import type { Caller } from '../http/caller';
import type { OidcSettings } from '../config/settings-types';
import { ProblemException } from '../api/problem/problem.exception';
import { credentialsInvalid, issuerUnavailable } from './auth-problems';
import { discoverIssuer } from './oidc-discovery';
import { callerOf } from './token-claims';
import { VerifiedTokens } from './verified-tokens';

/** Asymmetric algorithms only. With HS256, the public key would be sufficient to forge a token (RFC 8725 §2.1). */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const CLOCK_SKEW_S = 30;
const DISCOVERY_PAUSE_MS = 5000;

interface KeySource {
  readonly issuer: string;
  readonly keys: ReturnType<typeof createRemoteJWKSet>;
  /** jose stores a new object here after each fetch of the keys. */
  readonly fetched: { readonly jwks?: object };
}

/** Verifies bearer tokens of one OpenID Connect issuer. */
export class OidcVerifier {
  private readonly log = new Logger('OIDC');
  private readonly verified = new VerifiedTokens();
  private source: Promise<KeySource> | null = null;
  private isAvailable = true;
  private nextDiscoveryAtMs = -Infinity;

  /** @param keyCooldownMs minimum time between two fetches of the keys for unknown key ids; default 30 s */
  constructor(
    private readonly settings: OidcSettings,
    private readonly clock: Clock,
    private readonly keyCooldownMs = 30_000,
  ) {}

  /** @throws ProblemException 401, 403, or 503 while the keys of the issuer cannot be fetched */
  async verify(token: string): Promise<Caller> {
    const source = await this.keySource();
    return this.cached(token, source) ?? this.check(token, source);
  }

  /** A cached result is valid only while the keys of the issuer are current. */
  private cached(token: string, { keys, fetched }: KeySource): Caller | null {
    if (!keys.fresh || !fetched.jwks) return null;
    return this.verified.find(token, fetched.jwks, this.clock.now().getTime());
  }

  private async check(token: string, source: KeySource): Promise<Caller> {
    const keysBefore = source.fetched.jwks;
    try {
      const claims = await this.claimsOf(token, source);
      this.note(null);
      const caller = callerOf(claims, this.settings.workspaceClaim);
      // If the keys were fetched again in the meantime, they may no longer contain the signing key.
      if (keysBefore && keysBefore === source.fetched.jwks) this.remember(token, caller, claims, keysBefore);
      return caller;
    } catch (error) {
      const reason = faultOfToken(error);
      if (reason !== null) throw credentialsInvalid(reason, error);
      if (error instanceof ProblemException) throw error;
      this.note(error);
      throw issuerUnavailable(error);
    }
  }

  private async claimsOf(token: string, { issuer, keys }: KeySource): Promise<JWTPayload> {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience: this.settings.audience,
      algorithms: ALGORITHMS,
      clockTolerance: CLOCK_SKEW_S,
      requiredClaims: ['exp', 'sub'],
      currentDate: this.clock.now(),
    });
    return payload;
  }

  private remember(token: string, caller: Caller, { exp }: JWTPayload, keys: object): void {
    if (exp !== undefined) this.verified.add(token, { caller, expiresAtMs: exp * 1000, keys });
  }

  /** Discovers the issuer at the first token. After a failure, tokens get 503 until the pause is over. */
  private async keySource(): Promise<KeySource> {
    const nowMs = this.clock.monotonicMs();
    if (!this.source && nowMs < this.nextDiscoveryAtMs)
      throw issuerUnavailable('the discovery failed recently');
    this.source ??= this.discover();
    try {
      return await this.source;
    } catch (error) {
      this.source = null;
      this.nextDiscoveryAtMs = this.clock.monotonicMs() + DISCOVERY_PAUSE_MS;
      this.note(error);
      throw issuerUnavailable(error);
    }
  }

  /** Logs only the start and the end of an outage. */
  private note(fault: unknown): void {
    if (this.isAvailable === (fault === null)) return;
    this.isAvailable = fault === null;
    if (fault === null) this.log.warn('The keys of the issuer can be fetched again.');
    else
      this.log.warn(
        `The keys of the issuer cannot be fetched: ${reasonOf(fault)}. Tokens are answered with 503.`,
      );
  }

  private async discover(): Promise<KeySource> {
    const { issuer, jwksUri } = await discoverIssuer(this.settings.issuer);
    const fetched: JWKSCacheInput = {};
    const options = { cooldownDuration: this.keyCooldownMs, [jwksCache]: fetched };
    return { issuer, fetched, keys: createRemoteJWKSet(jwksUri, options) };
  }
}

/** The cause of an error of `fetch` contains the actual reason. */
function reasonOf(fault: unknown): string {
  if (!(fault instanceof Error)) return 'unknown';
  return fault.cause instanceof Error ? `${fault.message} (${fault.cause.message})` : fault.message;
}

/** Returns the reason why a token is invalid, or null for other errors. */
function faultOfToken(error: unknown): string | null {
  if (error instanceof errors.JWTExpired) return 'The token has expired';
  if (error instanceof errors.JWTClaimValidationFailed)
    return `The token's claim ${error.claim} does not hold`;
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) {
    return 'The token is signed with a key that the issuer does not publish';
  }
  const isToken = [errors.JWTInvalid, errors.JWSInvalid, errors.JWSSignatureVerificationFailed];
  const isAlgorithm = [errors.JOSEAlgNotAllowed, errors.JOSENotSupported];
  return [...isToken, ...isAlgorithm].some((kind) => error instanceof kind) ? 'The token is not valid' : null;
}
