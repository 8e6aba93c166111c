import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import type { Scope } from '../common/http/caller';
import { clientAddress, networkOf } from '../common/http/client-address';
import { scopeMissing } from './auth/auth.problems';
import type { Authenticator } from './auth/authenticator';
import { rateLimited, rateLimitHeaders } from './rate-limit/rate-limit.headers';
import type { RateLimiter } from './rate-limit/rate.limiter';

/** Requests a minute, and who counts them. */
export interface RateLimit {
  readonly limit: number;
  readonly limiter: RateLimiter;
}

/**
 * Stands before everything else: who calls, not too often, and allowed to. It is a hook of Fastify's rather than a
 * guard of Nest's, so that nobody's body is read before that is clear, and so that it costs next to nothing.
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
    this.pass(access, request, reply).then(() => {
      done();
    }, done);
  };

  /** Failed sign-ins count too, by address, so that nobody can guess without end. */
  private async pass(scope: Scope | undefined, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const refusal = scope === undefined ? null : await this.signIn(request);
    await this.count(request, reply);
    if (refusal) throw refusal.error;
    if (scope && this.authenticator && !request.caller?.scopes.includes(scope)) throw scopeMissing(scope);
  }

  private async signIn(request: FastifyRequest): Promise<{ readonly error: unknown } | null> {
    if (!this.authenticator) return null;
    try {
      request.caller = await this.authenticator.identify(request.headers);
      return null;
    } catch (error) {
      return { error };
    }
  }

  private async count(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (!this.rate) return;
    const { limit, limiter } = this.rate;
    const quota = await limiter.take(request.caller?.id ?? `ip:${networkOf(clientAddress(request))}`);
    if (!quota) return;
    void reply.headers(rateLimitHeaders(limit, quota));
    if (quota.isExceeded) throw rateLimited(limit, quota);
  }
}
