import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import type { Caller, Scope } from '../http/caller';
import { clientAddress, networkOf } from '../http/client-address';
import { scopeMissing } from './auth-problems';
import type { Authenticator } from './authenticator';
import { rateLimited, rateLimitHeaders } from '../rate-limit/rate-limit-headers';
import { BlockedAddresses } from '../rate-limit/blocked-addresses';
import type { Quota, RateLimit } from '../rate-limit/rate-limiter';

/** The reason why a request has no caller. */
interface AuthenticationFailure {
  readonly error: unknown;
}

/**
 * Authentication, rate limiting and authorization. It is a Fastify hook and not a Nest guard, so that it runs before the
 * body is read. With API keys and in-memory counters it is synchronous.
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
  readonly onRequest = (
    request: FastifyRequest,
    reply: FastifyReply,
    done: HookHandlerDoneFunction,
  ): void => {
    const access = request.routeOptions.config.rules?.access;
    if (access === 'open' || (!this.authenticator && !this.rate)) {
      done();
      return;
    }
    const blockedForMs = this.authenticator ? this.blockedForMs(request) : 0;
    if (blockedForMs > 0 && this.rate) {
      const quota = { remaining: 0, resetMs: blockedForMs, isExceeded: true };
      done(this.authorize({ access, failure: null, quota }, request, reply));
      return;
    }
    const outcome = access === undefined ? null : this.authenticate(request);
    const passing = continueWith(outcome, (failure) =>
      continueWith(this.count(request), (quota) => {
        if (failure && quota?.isExceeded) this.blocked.add(networkOf(clientAddress(request)), quota.resetMs);
        return this.authorize({ access, failure, quota }, request, reply);
      }),
    );
    if (passing instanceof Promise) passing.then(done, done);
    else done(passing);
  };

  /**
   * Returns the remaining time for which this address is blocked, or 0. A credential that was valid from this address
   * before is still checked, so that one wrong client does not block others behind the same proxy.
   */
  private blockedForMs(request: FastifyRequest): number {
    if (this.blocked.isEmpty) return 0;
    return this.blocked.remainingMs(networkOf(clientAddress(request)), credentialOf(request));
  }

  private authenticate(
    request: FastifyRequest,
  ): AuthenticationFailure | null | Promise<AuthenticationFailure | null> {
    if (!this.authenticator) return null;
    const fail = (error: unknown): AuthenticationFailure => ({ error });
    const accept = (caller: Caller): null => {
      request.caller = caller;
      this.blocked.remember(networkOf(clientAddress(request)), credentialOf(request));
      return null;
    };
    try {
      const caller = this.authenticator.identify(request.headers);
      return caller instanceof Promise ? caller.then(accept, fail) : accept(caller);
    } catch (error) {
      return fail(error);
    }
  }

  private count(request: FastifyRequest): Quota | null | Promise<Quota | null> {
    if (!this.rate) return null;
    return this.rate.limiter.take(request.caller?.id ?? `ip:${networkOf(clientAddress(request))}`);
  }

  /** Returns the error of a refused request, or undefined. */
  private authorize(admission: Admission, request: FastifyRequest, reply: FastifyReply): Error | undefined {
    const { access, failure, quota } = admission;
    if (quota && this.rate) {
      void reply.headers(rateLimitHeaders(this.rate.limit, quota));
      if (quota.isExceeded) return rateLimited(this.rate.limit, quota);
    }
    if (failure) return asError(failure.error);
    const isAllowed = !access || !this.authenticator || request.caller?.scopes.includes(access) === true;
    return isAllowed ? undefined : scopeMissing(access);
  }
}

/** Results of authentication and rate limiting. */
interface Admission {
  readonly access: Scope | undefined;
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

/** Continues synchronously if the value is not a promise. This avoids a microtask for each request. */
function continueWith<T, R>(value: T | Promise<T>, next: (value: T) => R | Promise<R>): R | Promise<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}
