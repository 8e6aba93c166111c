import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import { ProblemException } from '../api/problem/problem.exception';

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

/**
 * A page of any site may have a browser send what has no body without asking first, and where nobody has to sign in it would
 * be done. So nothing is changed for pages that are neither the gateway's own nor of these origins.
 */
export function refuseForeignPages(fastify: FastifyInstance, origins: readonly string[]): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const isChange = request.routeOptions.config.rules?.access === 'ingestion:write';
    done(isChange && isForeign(request.headers, origins) ? foreignPage() : undefined);
  });
}

/** Browsers send `Sec-Fetch-Site` (Fetch Metadata), older ones `Origin`; other clients send neither. */
function isForeign(headers: IncomingHttpHeaders, origins: readonly string[]): boolean {
  const { origin, host, 'sec-fetch-site': site } = headers;
  if (origin !== undefined && origins.includes(origin)) return false;
  // `none`: the person typed the address or opened a bookmark. Unknown values are refused.
  if (typeof site === 'string') return site !== 'same-origin' && site !== 'none';
  return origin !== undefined && origin !== `http://${host ?? ''}` && origin !== `https://${host ?? ''}`;
}

function foreignPage(): ProblemException {
  return new ProblemException(
    'not-permitted',
    'A page of another site asks for this. Name its origin in CORS_ORIGINS if it may.',
  );
}
