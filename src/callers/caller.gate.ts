import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import type { Caller, Scope } from '../common/http/caller';
import { clientAddress, networkOf } from '../common/http/client-address';
import { scopeMissing } from './auth/auth.problems';
import type { Authenticator } from './auth/authenticator';
import { rateLimited, rateLimitHeaders } from './rate-limit/rate-limit.headers';
import type { Quota, RateLimiter } from './rate-limit/rate.limiter';

/** Requests a minute, and who counts them. */
export interface RateLimit {
  readonly limit: number;
  readonly limiter: RateLimiter;
}

/** Why nobody could be signed in, or null. */
type Refusal = { readonly error: unknown } | null;

/**
 * Stands before everything else: who calls, not too often, and allowed to. It is a hook of Fastify's rather than a
 * guard of Nest's, so that nobody's body is read before that is clear, and so that it costs next to nothing: with an API
 * key and counts in memory it is all decided at once.
 */
export class CallerGate {
  constructor(
    private readonly authenticator: Authenticator | null,
    private readonly rate: RateLimit | null,
  ) {}

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
    const refusal = access === undefined ? null : this.signIn(request);
    const passing = continueWith(refusal, (refused) =>
      continueWith(this.take(request), (quota) => this.judge({ access, refused, quota }, request, reply)),
    );
    if (passing instanceof Promise) passing.then(done, done);
    else done(passing);
  };

  private signIn(request: FastifyRequest): Refusal | Promise<Refusal> {
    if (!this.authenticator) return null;
    const refuse = (error: unknown): Refusal => ({ error });
    const accept = (caller: Caller): Refusal => {
      request.caller = caller;
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

  /** Failed sign-ins count too, by address, so that nobody can guess without end. @returns why the request may not pass */
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
