import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ProblemException } from '../api/problem/problem.exception';
import { requiresAuthentication, type Settings } from '../config/settings-types';
import { isLoopback } from '../config/credentials';
import { keyOf } from '../http/caller-turns';
import { OPEN_ROUTE } from '../http/route-config';
import type { MetricsPages } from './metrics-page';

const SCOPED_ROUTE = { config: { rules: { access: 'metrics:read' } } } as const;

/** Adds `GET /metrics` to the main port, for callers with the scope `metrics:read`. */
export function addMetricsRoute(fastify: FastifyInstance, pages: MetricsPages, settings: Settings): void {
  const elsewhere = whereElse(settings);
  fastify.get('/metrics', SCOPED_ROUTE, (request, reply) => {
    if (elsewhere !== null) throw new ProblemException('route-not-found', elsewhere);
    return send(pages, request, reply);
  });
}

/** Adds `GET /metrics` to a port of its own, where it needs no authentication. */
export function addOpenMetricsRoute(fastify: FastifyInstance, pages: MetricsPages): void {
  fastify.get('/metrics', OPEN_ROUTE, (request, reply) => send(pages, request, reply));
}

async function send(
  pages: MetricsPages,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const page = await pages.page(request.headers.accept, request.caller, keyOf(request));
  return reply.headers({ 'content-type': page.contentType, 'cache-control': 'no-store' }).send(page.body);
}

/** Beyond loopback, the names of ingestions are never shown to everybody on the main port. */
function whereElse(settings: Settings): string | null {
  if (settings.metrics.port !== null) return 'The metrics are served on METRICS_PORT.';
  if (requiresAuthentication(settings) || isLoopback(settings.host)) return null;
  return 'Without callers the metrics are served only on METRICS_PORT, which is not set.';
}
