import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AirbyteClient } from '../airbyte/client/airbyte.client';
import { idsOf } from '../http/route-ids';
import { isTraceparent, traceIdOf } from '../lib/traceparent';

/** Programs send these every few seconds. They are logged with level debug. */
const PROBES = ['/health/live', '/health/ready', '/metrics'];

/** Logs one line per request. */
export function addRequestLog(fastify: FastifyInstance): void {
  fastify.addHook('onResponse', (request, reply, done) => {
    const level = PROBES.includes(request.routeOptions.url ?? '') ? 'debug' : 'info';
    request.log[level](describe(request, reply), 'request');
    done();
  });
}

function describe(request: FastifyRequest, reply: FastifyReply): object {
  const { method, caller, problemCode, upstreamUsage } = request;
  return {
    method,
    route: request.routeOptions.url,
    ...(caller && { caller: caller.id }),
    ...idsOf(request, reply),
    status: reply.statusCode,
    ...(problemCode !== null && { code: problemCode }),
    durationMs: Math.round(reply.elapsedTime),
    ...(upstreamUsage && { upstreamCalls: upstreamUsage.calls, upstreamMs: Math.round(upstreamUsage.ms) }),
  };
}

/**
 * Logs one line per request to Airbyte, with level debug. The error id is left out, because a server that repeats requests could put
 * the credentials of a sign-in into it.
 */
export function addUpstreamLog(client: AirbyteClient, log: FastifyBaseLogger): void {
  client.caller.runner.onCall(
    ({ requestId: reqId, traceparent, operation, method, path, attempt, status, kind, durationMs }) => {
      const trace_id = isTraceparent(traceparent) ? traceIdOf(traceparent) : undefined;
      const call = { operation, method, path, attempt, status, kind, durationMs: Math.round(durationMs) };
      log.debug({ reqId, trace_id, ...call }, 'call to Airbyte');
    },
  );
}
