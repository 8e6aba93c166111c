import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import { clientAddress } from '../http/client-address';
import { idsOf } from '../http/route-ids';
import { problemIn } from '../api/problem/problem-summary';

/** Logs one line per request of a changing operation: caller, action, ids and outcome, never a body. */
export function auditChange(
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
  done: HookHandlerDoneFunction,
): void {
  const problem = problemIn(reply.statusCode, payload);
  const isReplay = reply.getHeader('idempotency-replayed') !== undefined;
  request.log.info(
    {
      audit: true,
      caller: request.caller?.id ?? 'anonymous',
      address: clientAddress(request),
      action: `${request.method} ${request.routeOptions.url ?? ''}`,
      ...idsOf(request, reply),
      status: reply.statusCode,
      outcome: problem?.code ?? 'done',
      ...(isReplay && { replayed: true }),
      requestId: request.id,
    },
    'change',
  );
  done();
}
