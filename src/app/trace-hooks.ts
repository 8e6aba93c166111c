import type { FastifyInstance } from 'fastify';
import { TraceScope } from '../lib/trace-scope';
import { isTraceparent, traceIdOf } from '../lib/traceparent';
import type { Span, Tracer } from '../lib/tracer';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null without a tracer. */
    span: Span | null;
    /** Null without a trace. */
    traceScope: TraceScope | null;
  }
}

/**
 * Begins a span for each request, as a part of the caller's trace, and adds `trace_id` to all log lines of the request. Without a
 * tracer, the trace of the caller is passed on. Probes have no spans.
 */
export function addTraceHooks(fastify: FastifyInstance, tracer: Tracer | null): void {
  fastify.decorateRequest('span', null);
  fastify.decorateRequest('traceScope', null);
  fastify.decorateRequest('traceparent', null);
  fastify.addHook('onRequest', (request, reply, done) => {
    const { traceparent: given } = request.headers;
    const parent = isTraceparent(given) ? given : undefined;
    const isProbe = request.routeOptions.url?.startsWith('/health/') === true;
    if (tracer && !isProbe) request.span = tracer.begin('server', request.method, parent);
    request.traceparent = request.span?.traceparent ?? parent ?? null;
    if (request.traceparent === null) {
      done();
      return;
    }
    request.log = request.log.child({ trace_id: traceIdOf(request.traceparent) });
    reply.log = request.log;
    request.traceScope = TraceScope.of(request.traceparent);
    request.traceScope.run(done);
  });
  // The events of the body, which come from the connection, have left the scope.
  fastify.addHook('preValidation', ({ traceScope }, _reply, done) => {
    if (traceScope) traceScope.run(done);
    else done();
  });
  fastify.addHook('onResponse', ({ traceScope }, _reply, done) => {
    traceScope?.close();
    done();
  });
  if (!tracer) return;
  fastify.addHook('onResponse', (request, reply, done) => {
    const { method } = request;
    const route = request.routeOptions.url;
    request.span?.end({
      name: route === undefined ? method : `${method} ${route}`,
      attributes: {
        'http.request.method': method,
        'http.route': route,
        'http.response.status_code': reply.statusCode,
        'airbyte_gateway.caller': request.caller?.id,
        'airbyte_gateway.problem': request.problemCode ?? undefined,
      },
      error: reply.statusCode >= 500 ? (request.problemCode ?? String(reply.statusCode)) : null,
    });
    done();
  });
}
