import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import { clientAddress } from '../http/client-address';
import { problemCodeOf } from '../api/problem/problem-code';

/** The `Location` header contains the ids of new resources. */
const CREATED = /^\/ingestion\/([^/]+)(?:\/runs\/([^/]+))?/;

/** Logs one line per request of a changing operation: caller, action, ids and outcome, never a body. */
export function auditChange(
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
  done: HookHandlerDoneFunction,
): void {
  const code = problemCodeOf(reply.statusCode, payload);
  const isReplay = reply.getHeader('idempotency-replayed') !== undefined;
  request.log.info(
    {
      audit: true,
      caller: request.caller?.id ?? 'anonymous',
      address: clientAddress(request),
      action: `${request.method} ${request.routeOptions.url ?? ''}`,
      ...idsOf(request, reply),
      status: reply.statusCode,
      outcome: code ?? 'done',
      ...(isReplay && { replayed: true }),
      requestId: request.id,
    },
    'change',
  );
  done();
}

function idsOf(request: FastifyRequest, reply: FastifyReply): Record<string, string> {
  const [, connectionId, runId] = CREATED.exec(String(reply.getHeader('location') ?? '')) ?? [];
  return {
    ...(connectionId !== undefined && { connectionId }),
    ...(runId !== undefined && { runId }),
    ...textsOf(request.params),
  };
}

/** Values are truncated, because an invalid id can be as long as a path. */
function textsOf(params: unknown): Record<string, string> {
  if (typeof params !== 'object' || params === null) return {};
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, String(value).slice(0, 128)]),
  );
}
