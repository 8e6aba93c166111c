import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { isTraceparent } from '../lib/traceparent';
import type { Caller } from './caller';
import { clientAddress, networkOf } from './client-address';

/** An earlier try of this very request whose outcome nobody knows: it is looked for before anything is sent. */
export interface EarlierAttempt {
  readonly startedAt: Date;
  /** False: Airbyte may yet finish it, so nothing may be sent. */
  readonly retryAllowed: boolean;
  /** How long that remains so. */
  readonly retryAfterMs: number;
}

/** What of a caller's request goes along to the services, and with the calls upstream that it causes. */
export interface RequestContext {
  readonly requestId: string;
  /** W3C Trace Context header, passed on as it came. */
  readonly traceparent?: string;
  /** Absent where nobody has to sign in. */
  readonly caller?: Caller;
  /** Identifies the caller, or the address of one without credentials: callers take turns by it. */
  readonly callerKey?: string;
  /** When this request was first tried, as far as its `Idempotency-Key` tells; absent without one. */
  readonly attemptedSince?: Date;
  readonly earlierAttempt?: EarlierAttempt;
  /** Stands for an `Idempotency-Key` and its caller; absent without one. */
  readonly claimant?: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    caller?: Caller;
    attemptedSince?: Date;
    earlierAttempt?: EarlierAttempt;
    claimant?: string;
  }
}

function requestContextOf(request: FastifyRequest): RequestContext {
  const { caller, attemptedSince, earlierAttempt, claimant } = request;
  const traceparent = request.headers['traceparent'];
  return {
    requestId: request.id,
    callerKey: caller?.id ?? `ip:${networkOf(clientAddress(request))}`,
    ...(isTraceparent(traceparent) && { traceparent }),
    ...(caller && { caller }),
    ...(attemptedSince && { attemptedSince }),
    ...(earlierAttempt && { earlierAttempt }),
    ...(claimant !== undefined && { claimant }),
  };
}

/** Injects the {@link RequestContext} of the request into a controller method. */
export const Context = createParamDecorator((_: unknown, host: ExecutionContext): RequestContext =>
  requestContextOf(host.switchToHttp().getRequest<FastifyRequest>()),
);
