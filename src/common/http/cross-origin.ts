import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

/** What scripts may send beyond what any page may. */
const ALLOWED_HEADERS = [
  'authorization',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-none-match',
  'traceparent',
  'x-api-key',
  'x-request-id',
];

/** What scripts may read beyond what they may of any answer. */
const EXPOSED_HEADERS = [
  'etag',
  'idempotency-replayed',
  'location',
  'ratelimit',
  'ratelimit-policy',
  'retry-after',
  'x-request-id',
];

/** Browsers ask this seldom; what is allowed changes with a restart only. */
const PREFLIGHT_MAX_AGE_S = 600;

/**
 * Lets scripts of these origins call (Fetch Standard, CORS protocol). Cookies are not among what they may send: nobody
 * signs in by them. Every other origin is answered as if there were none. To be called before the hooks that ask who calls,
 * since a browser's preflight does not say.
 */
export function addCrossOriginRules(fastify: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  void fastify.register(cors, {
    origin: (origin, decide) => {
      decide(null, origin !== undefined && origins.includes(origin) && [origin]);
    },
    methods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
    allowedHeaders: ALLOWED_HEADERS,
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: PREFLIGHT_MAX_AGE_S,
    strictPreflight: false,
  });
}
