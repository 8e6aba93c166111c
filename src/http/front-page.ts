import type { FastifyInstance } from 'fastify';
import { OPEN_ROUTE } from './route-config';

const INDEX = {
  docs: '/docs',
  description: '/openapi.json',
  liveness: '/health/live',
  readiness: '/health/ready',
};

/** Redirects `/` to `/docs`. The body is a JSON index, for clients that do not follow redirects. */
export function addFrontPage(fastify: FastifyInstance): void {
  fastify.get('/', OPEN_ROUTE, (_request, reply) =>
    reply.status(302).header('location', INDEX.docs).send(INDEX),
  );
}
