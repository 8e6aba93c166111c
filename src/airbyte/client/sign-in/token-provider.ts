import type { Clock } from '../../../lib/clock';
import { isMembers, optionalNumber } from '../model/parse';
import type { AccessToken } from '../model/response-parsers';

/** Provides the `Authorization` header of requests to Airbyte. */
export interface Authorizer {
  /**
   * Undefined if no header must be sent.
   * @param awaitSignIn called if a sign-in is pending; limits the time for which this call waits for it
   */
  header(awaitSignIn: (signingIn: Promise<string>) => Promise<string>): Promise<string | undefined>;
  /** Call after Airbyte rejected this header. @returns true if a new header can be obtained */
  invalidate(header: string | undefined): boolean;
  /** Remaining lifetime of the header in ms; null if there is none or it does not expire. */
  expiresInMs(): number | null;
}

/** Lifetime in older Airbyte versions. Used if the token does not state its lifetime. */
const UNKNOWN_LIFETIME_S = 180;
const EARLY_SHARE = 0.2;
const EARLIEST_MS = 30_000;
const PAUSE_AFTER_FAILED_RENEWAL_MS = 5_000;

/** Times on the monotonic clock, in ms. */
interface HeldToken {
  readonly header: string;
  readonly expiresAt: number;
  /** Postponed when a refresh fails. */
  refreshAt: number;
}

/**
 * Caches the access token. Concurrent callers share one fetch. The token is refreshed before it expires, while
 * calls still use the old one.
 */
export class TokenProvider implements Authorizer {
  private held: HeldToken | undefined;
  private pendingFetch: Promise<string> | undefined;

  constructor(
    private readonly signIn: () => Promise<AccessToken>,
    private readonly clock: Pick<Clock, 'now' | 'monotonicMs'>,
  ) {}

  async header(awaitSignIn: (signingIn: Promise<string>) => Promise<string>): Promise<string> {
    const now = this.clock.monotonicMs();
    if (this.held === undefined || now >= this.held.expiresAt) return awaitSignIn(this.fetchToken());
    if (now >= this.held.refreshAt) this.renew(this.held);
    return this.held.header;
  }

  /** Drops the token unless it was already replaced. */
  invalidate(header: string | undefined): boolean {
    if (this.held?.header === header) this.held = undefined;
    return true;
  }

  expiresInMs(): number | null {
    return this.held === undefined ? null : Math.max(0, this.held.expiresAt - this.clock.monotonicMs());
  }

  /** The current token is still valid, so a failed refresh only postpones the next one. */
  private renew(held: HeldToken): void {
    this.fetchToken().catch(() => {
      held.refreshAt = this.clock.monotonicMs() + PAUSE_AFTER_FAILED_RENEWAL_MS;
    });
  }

  private fetchToken(): Promise<string> {
    this.pendingFetch ??= this.requestToken().finally(() => {
      this.pendingFetch = undefined;
    });
    return this.pendingFetch;
  }

  private async requestToken(): Promise<string> {
    const startedAt = this.clock.monotonicMs();
    const nowMs = this.clock.now().getTime();
    const token = await this.signIn();
    const header = `Bearer ${token.accessToken}`;
    const lifetime = lifetimeMs(token, nowMs);
    this.held = { header, expiresAt: startedAt + lifetime, refreshAt: startedAt + usableMs(lifetime) };
    return header;
  }
}

/** The shorter lifetime of response and token: `expires_in` was wrong in released versions. */
function lifetimeMs({ accessToken, expiresInS }: AccessToken, nowMs: number): number {
  const tokenS = jwtLifetimeS(accessToken, nowMs);
  const lifetimes = [tokenS, expiresInS].filter((seconds) => seconds !== null);
  return (lifetimes.length === 0 ? UNKNOWN_LIFETIME_S : Math.min(...lifetimes)) * 1000;
}

/** Refreshes after 80 % of the lifetime and at least 30 s before expiry, but never before half of it. */
function usableMs(lifetime: number): number {
  return lifetime - Math.min(Math.max(lifetime * EARLY_SHARE, EARLIEST_MS), lifetime / 2);
}

/**
 * Lifetime from `exp` and `iat` of a JWT (RFC 7519), unverified. Without `iat` it is measured against the local
 * clock.
 */
function jwtLifetimeS(token: string, nowMs: number): number | null {
  const payload = jwtPayload(token);
  const expiry = isMembers(payload) ? optionalNumber(payload, 'exp') : null;
  if (!isMembers(payload) || expiry === null) return null;
  return Math.max(0, expiry - (optionalNumber(payload, 'iat') ?? nowMs / 1000));
}

function jwtPayload(token: string): unknown {
  const [, payload] = token.split('.');
  if (payload === undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  } catch {
    // An opaque token that contains a dot: its lifetime is unknown.
    return undefined;
  }
}
