import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Counter, Histogram } from 'prom-client';
import type { MetricSet } from './metric-set';

/** Upper bounds in seconds: those that OpenTelemetry advises, and longer ones for creations and starts. */
export const REQUEST_BOUNDS_S = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60, 120, 300,
] as const;
const HELD_BOUNDS_S = [1, 5, 10, 30, 60, 300, 900, 3600] as const;
/** Other methods share one label value, as OpenTelemetry requires, because a client may send any. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Durations of the requests of callers, and the problems that they got. */
export class RequestMetrics {
  private readonly durations: Histogram<'http_request_method' | 'http_route' | 'http_response_status_class'>;
  private readonly held: Histogram<'http_route' | 'kind'>;
  private readonly problems: Counter<'code'>;

  constructor(metrics: MetricSet) {
    this.durations = metrics.histogram(
      'http_server_request_duration_seconds',
      'Duration of requests, without long polls and streams.',
      {
        labelNames: ['http_request_method', 'http_route', 'http_response_status_class'],
        buckets: REQUEST_BOUNDS_S,
      },
    );
    this.held = metrics.histogram(
      'airbyte_gateway_held_request_duration_seconds',
      'Duration of long polls and streams, which callers hold open on purpose.',
      { labelNames: ['http_route', 'kind'], buckets: HELD_BOUNDS_S },
    );
    this.problems = metrics.counter('airbyte_gateway_problems', 'Error answers by problem code.', ['code']);
    // Prometheus sees no increase of a series that begins with 1.
    this.problems.inc({ code: 'internal-error' }, 0);
  }

  watch(fastify: FastifyInstance): void {
    fastify.addHook('onResponse', (request, reply, done) => {
      this.observe(request, reply);
      done();
    });
  }

  private observe(request: FastifyRequest, reply: FastifyReply): void {
    const { problemCode, method } = request;
    const http_route = request.routeOptions.url ?? 'unmatched';
    const seconds = reply.elapsedTime / 1000;
    const kind = heldKindOf(request, reply);
    if (kind !== null) this.held.observe({ http_route, kind }, seconds);
    else
      this.durations.observe(
        {
          http_request_method: METHODS.includes(method) ? method : '_OTHER',
          http_route,
          http_response_status_class: statusClass(reply.statusCode),
        },
        seconds,
      );
    if (problemCode !== null) this.problems.inc({ code: problemCode });
  }
}

export function statusClass(status: number): string {
  return `${Math.floor(status / 100)}xx`;
}

function heldKindOf({ query }: FastifyRequest, reply: FastifyReply): 'long_poll' | 'stream' | null {
  const type = reply.getHeader('content-type');
  if (typeof type === 'string' && type.startsWith('text/event-stream')) return 'stream';
  return typeof query === 'object' && query !== null && 'wait' in query ? 'long_poll' : null;
}
