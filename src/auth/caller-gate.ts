import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import type { Caller, Scope } from '../http/caller';
import { clientAddress, networkOf } from '../http/client-address';
import { scopeMissing } from './auth-problems';
import type { Authenticator } from './authenticator';
import { rateLimited, rateLimitHeaders } from '../rate-limit/rate-limit-headers';
import { BlockedAddresses } from '../rate-limit/blocked-addresses';
import type { Quota, RateLimit } from '../rate-limit/rate-limiter';

/** Why a request has no caller, or null. */
type Refusal = { readonly error: unknown } | null;

/**
 * Decides before everything else who calls, whether the rate limit allows the request and whether the scopes do. It is a
 * Fastify hook and not a Nest guard, so that no body is read before. With an API key and counts in memory the decision is
 * synchronous.
 */
export class CallerGate {
  /** Addresses whose failed sign-ins reached the rate limit. */
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
      done(this.judge({ access, refused: null, quota }, request, reply));
      return;
    }
    const refusal = access === undefined ? null : this.signIn(request);
    const passing = continueWith(refusal, (refused) =>
      continueWith(this.take(request), (quota) => {
        if (refused && quota?.isExceeded) this.blocked.add(networkOf(clientAddress(request)), quota.resetMs);
        return this.judge({ access, refused, quota }, request, reply);
      }),
    );
    if (passing instanceof Promise) passing.then(done, done);
    else done(passing);
  };

  /**
   * A guess must not be checked once too many have failed. A credential that was right from this address is still accepted,
   * so that a wrong client does not lock out the others behind one proxy.
   */
  private blockedForMs(request: FastifyRequest): number {
    if (this.blocked.isEmpty) return 0;
    return this.blocked.remainingMs(networkOf(clientAddress(request)), credentialOf(request));
  }

  private signIn(request: FastifyRequest): Refusal | Promise<Refusal> {
    if (!this.authenticator) return null;
    const refuse = (error: unknown): Refusal => ({ error });
    const accept = (caller: Caller): Refusal => {
      request.caller = caller;
      this.blocked.remember(networkOf(clientAddress(request)), credentialOf(request));
      return null;
    };
    try {
      const caller = this.authenticator.identify(request.headers);
      return caller instanceof Promise ? caller.then(accept, refuse) : accept(caller);
    } catch (error) {
      return refuse(error);
    }
  }

  private take(request: FastifyRequest): Quota | null | Promise<Quota | null> {
    if (!this.rate) return null;
    return this.rate.limiter.take(request.caller?.id ?? `ip:${networkOf(clientAddress(request))}`);
  }

  /** Returns why the request may not pass. */
  private judge(found: Findings, request: FastifyRequest, reply: FastifyReply): Error | undefined {
    const { access, refused, quota } = found;
    if (quota && this.rate) {
      void reply.headers(rateLimitHeaders(this.rate.limit, quota));
      if (quota.isExceeded) return rateLimited(this.rate.limit, quota);
    }
    if (refused) return asError(refused.error);
    const isAllowed = !access || !this.authenticator || request.caller?.scopes.includes(access) === true;
    return isAllowed ? undefined : scopeMissing(access);
  }
}

/** What is known of a request once its caller was asked for and counted. */
interface Findings {
  readonly access: Scope | undefined;
  readonly refused: Refusal;
  readonly quota: Quota | null;
}

/** The headers that carry a credential, as they were sent. */
function credentialOf({ headers }: FastifyRequest): string {
  return JSON.stringify([headers.authorization, headers['x-api-key']]);
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error('signing in failed', { cause: thrown });
}

/**
 * Goes on with a value that may be there already. What is there is not made to wait: each promise on the way of a request
 * lets others in between, and keeps what the request holds long enough for it to be copied by the garbage collector.
 */
function continueWith<T, R>(value: T | Promise<T>, next: (value: T) => R | Promise<R>): R | Promise<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}
