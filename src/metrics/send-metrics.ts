import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { keyOf } from '../http/caller-turns';
import { OPEN_ROUTE } from '../http/route-config';
import type { MetricsPages } from './metrics-page';

/** Adds `GET /metrics` to a port of its own, where it needs no authentication. */
export function addOpenMetricsRoute(fastify: FastifyInstance, pages: MetricsPages): void {
  fastify.get('/metrics', OPEN_ROUTE, (request, reply) => sendMetrics(pages, request, reply));
}

/** Sends the page in the format that the request prefers. */
export async function sendMetrics(
  pages: MetricsPages,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const page = await pages.page(request.headers.accept, request.caller, keyOf(request));
  return reply.headers({ 'content-type': page.contentType, 'cache-control': 'no-store' }).send(page.body);
}
