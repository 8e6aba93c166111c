import type { FastifyInstance } from 'fastify';

/** Where to go from here. */
const INDEX = {
  docs: '/docs',
  description: '/openapi.json',
  liveness: '/health/live',
  readiness: '/health/ready',
};

/** Who opens the root with a browser is shown the docs; who asks with a tool is told what there is. */
export function addFrontPage(fastify: FastifyInstance): void {
  fastify.get('/', { config: { rules: { access: 'open' } } }, (_request, reply) =>
    reply.status(302).header('location', INDEX.docs).send(INDEX),
  );
}
