import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProblemException } from '../api/problem/problem.exception';
import type { Scope } from '../http/caller';
import { clientAddress, networkOf } from '../http/client-address';
import { scopeMissing } from '../http/scope-missing';
import type { Authenticator } from './authenticator';
import { BlockedAddresses } from '../rate-limit/blocked-addresses';
import { type Quota, type RateLimit, rateLimited, rateLimitHeaders } from '../rate-limit/rate-limiter';

/** The reason why a request has no caller. */
interface AuthenticationFailure {
  readonly error: unknown;
}

/**
 * Authentication, rate limiting and authorization. It is a Fastify hook and not a Nest guard, so that it runs before the
 * body is read.
 */
export class CallerGate {
  /** Addresses with too many failed authentications. */
  private readonly blocked: BlockedAddresses;

  constructor(
    private readonly authenticator: Authenticator | null,
    private readonly rate: RateLimit | null,
    nowMs: () => number = () => performance.now(),
  ) {
    this.blocked = new BlockedAddresses(nowMs);
  }

  /** Fastify `onRequest`. */
  readonly onRequest = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const access = request.routeOptions.config.rules?.access;
    if (access === 'open' || (!this.authenticator && !this.rate)) return;
    const blockedForMs = this.authenticator ? this.blockedForMs(request) : 0;
    if (blockedForMs > 0 && this.rate) {
      const quota = { remaining: 0, resetMs: blockedForMs, isExceeded: true };
      this.authorize({ access, failure: null, quota }, request, reply);
    }
    const needsCaller = access !== undefined && access !== 'counted';
    const failure = needsCaller ? await this.authenticate(request) : null;
    const quota = await this.count(request);
    if (failure && quota?.isExceeded) this.blocked.add(networkOf(clientAddress(request)), quota.resetMs);
    this.authorize({ access, failure, quota }, request, reply);
  };

  /**
   * Whether the credentials of a request that takes long are still valid, for the same workspace. While the issuer cannot be
   * asked, they are.
   */
  async isStillAllowed(request: FastifyRequest): Promise<boolean> {
    if (!this.authenticator) return true;
    const access = request.routeOptions.config.rules?.access;
    try {
      const { scopes, workspaceId } = await this.authenticator.identify(request.headers);
      const hasScope = access === undefined || scopes.includes(access);
      return hasScope && workspaceId === request.caller?.workspaceId;
    } catch (error) {
      return error instanceof ProblemException && error.code === 'sign-in-unavailable';
    }
  }

  /**
   * Returns the remaining time for which this address is blocked, or 0. A credential that was valid from this address
   * before is still checked, so that one wrong client does not block others behind the same proxy.
   */
  private blockedForMs(request: FastifyRequest): number {
    if (this.blocked.isEmpty) return 0;
    return this.blocked.remainingMs(networkOf(clientAddress(request)), credentialOf(request));
  }

  private async authenticate(request: FastifyRequest): Promise<AuthenticationFailure | null> {
    if (!this.authenticator) return null;
    try {
      request.caller = await this.authenticator.identify(request.headers);
    } catch (error) {
      return { error };
    }
    this.blocked.remember(networkOf(clientAddress(request)), credentialOf(request));
    return null;
  }

  private async count(request: FastifyRequest): Promise<Quota | null> {
    if (!this.rate) return null;
    return this.rate.limiter.take(request.caller?.id ?? `ip:${networkOf(clientAddress(request))}`);
  }

  /** @throws the reason why the request is refused */
  private authorize(admission: Admission, request: FastifyRequest, reply: FastifyReply): void {
    const { access, failure, quota } = admission;
    if (quota && this.rate) {
      void reply.headers(rateLimitHeaders(this.rate.limit, quota));
      if (quota.isExceeded) throw rateLimited(this.rate.limit, quota);
    }
    if (failure) throw asError(failure.error);
    if (!access || access === 'any-scope' || access === 'counted' || !this.authenticator) return;
    if (request.caller?.scopes.includes(access) !== true) throw scopeMissing(access);
  }
}

/** Results of authentication and rate limiting. */
interface Admission {
  readonly access: Scope | 'any-scope' | 'counted' | undefined;
  readonly failure: AuthenticationFailure | null;
  readonly quota: Quota | null;
}

/** Identifies the credentials of a request. */
function credentialOf({ headers }: FastifyRequest): string {
  return JSON.stringify([headers.authorization, headers['x-api-key']]);
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error('authentication failed', { cause: thrown });
}
