import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** What of a caller's request goes along with the calls upstream that it causes. */
export interface RequestContext {
  readonly requestId: string;
  /** W3C Trace Context header, passed on as it came. */
  readonly traceparent?: string;
}

const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

export function requestContextOf(request: Pick<FastifyRequest, 'id' | 'headers'>): RequestContext {
  const traceparent = request.headers['traceparent'];
  const isTrace = typeof traceparent === 'string' && TRACEPARENT.test(traceparent);
  return isTrace ? { requestId: request.id, traceparent } : { requestId: request.id };
}

/** Injects the {@link RequestContext} of the request into a controller method. */
export const Context = createParamDecorator((_: unknown, host: ExecutionContext): RequestContext =>
  requestContextOf(host.switchToHttp().getRequest<FastifyRequest>()),
);
