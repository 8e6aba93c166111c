import type { FastifyInstance } from 'fastify';
import type { OperatorService } from './operator.service';

const ROUTE = { config: { rules: { access: 'operator:read' } } } as const;

/** Adds `GET /operator`. Its members may change with any version, so the API description does not contain it. */
export function addOperatorRoute(fastify: FastifyInstance, operator: OperatorService): void {
  fastify.get('/operator', ROUTE, async (request, reply) => {
    const report = await operator.report(request.caller);
    return reply.header('cache-control', 'no-store').send(report);
  });
}
