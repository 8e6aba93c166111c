import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import { ProblemException } from '../api/problem/problem.exception';

/** Request headers that scripts may send in addition to the CORS-safelisted ones. */
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

/** Response headers that scripts may read in addition to the CORS-safelisted ones. */
const EXPOSED_HEADERS = [
  'etag',
  'idempotency-replayed',
  'location',
  'ratelimit',
  'ratelimit-policy',
  'retry-after',
  'x-request-id',
];

/** Cache lifetime of a preflight response. The rules change only with a restart. */
const PREFLIGHT_MAX_AGE_S = 600;

/**
 * Allows scripts of these origins (Fetch Standard, CORS protocol). Credentials such as cookies are not allowed, because
 * there is no cookie authentication. Responses to other origins have no CORS headers.
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
 * Refuses changes that come from pages of other origins. A browser sends requests without a body without a preflight request,
 * so without authentication any page could otherwise make changes.
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
  // `none`: a typed address or a bookmark. Unknown values are refused.
  if (typeof site === 'string') return site !== 'same-origin' && site !== 'none';
  return origin !== undefined && origin !== `http://${host ?? ''}` && origin !== `https://${host ?? ''}`;
}

function foreignPage(): ProblemException {
  return new ProblemException(
    'not-permitted',
    'The request comes from a web page of another origin. To allow it, add the origin to CORS_ORIGINS.',
  );
}
