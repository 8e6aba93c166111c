import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Caller } from './caller';
import { clientAddress, networkOf } from './client-address';

/** A previous attempt with the same `Idempotency-Key` and an unknown outcome. A retry first searches for its result. */
export interface EarlierAttempt {
  readonly startedAt: Date;
  /** False while Airbyte may still process the previous attempt. */
  readonly retryAllowed: boolean;
  /** Time until a retry is allowed. */
  readonly retryAfterMs: number;
}

/** Request-scoped data for services and upstream calls. */
export interface RequestContext {
  readonly requestId: string;
  /** W3C Trace Context for what the request causes. */
  readonly traceparent?: string;
  /** Calls to Airbyte of this request so far, and their time. */
  readonly upstreamUsage?: { calls: number; ms: number };
  /** Absent if authentication is disabled. */
  readonly caller?: Caller;
  /** Key for fair scheduling: the id of the caller, or the network of its IP address. */
  readonly callerKey?: string;
  /** Time of the first attempt with this `Idempotency-Key`. Absent without a key. */
  readonly attemptedSince?: Date;
  readonly earlierAttempt?: EarlierAttempt;
  /** Hash of the caller and the `Idempotency-Key`. Absent without a key. */
  readonly claimant?: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    caller?: Caller;
    attemptedSince?: Date;
    earlierAttempt?: EarlierAttempt;
    claimant?: string;
    /** W3C Trace Context of the span of the request, or without a tracer of its caller; null without both. */
    traceparent: string | null;
    /** Null while no handler has asked for the context. */
    upstreamUsage: { calls: number; ms: number } | null;
  }
}

function requestContextOf(request: FastifyRequest): RequestContext {
  const { caller, traceparent, attemptedSince, earlierAttempt, claimant } = request;
  request.upstreamUsage ??= { calls: 0, ms: 0 };
  return {
    requestId: request.id,
    upstreamUsage: request.upstreamUsage,
    callerKey: caller?.id ?? `ip:${networkOf(clientAddress(request))}`,
    ...(traceparent !== null && { traceparent }),
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
