import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import { ProblemException } from '../api/problem/problem.exception';

/** `Access-Control-Allow-Headers`: scripts may send these headers in addition to the CORS-safelisted request headers. */
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

/** `Access-Control-Expose-Headers`: scripts may read these headers in addition to the CORS-safelisted response headers. */
const EXPOSED_HEADERS = [
  'etag',
  'idempotency-replayed',
  'location',
  'ratelimit',
  'ratelimit-policy',
  'retry-after',
  'x-request-id',
];

/** `Access-Control-Max-Age`: browsers cache a preflight response for this time. The rules change only with a restart. */
const PREFLIGHT_MAX_AGE_S = 600;

/**
 * Adds CORS headers to the responses for these origins (Fetch Standard, CORS protocol). `Access-Control-Allow-Credentials` is
 * absent, because the gateway uses no cookies.
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
 * Refuses write requests from pages of other origins (CSRF). Browsers send a POST with an empty body without a preflight
 * request. If authentication is disabled, any page could otherwise make changes.
 */
export function refuseForeignPages(fastify: FastifyInstance, origins: readonly string[]): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const isChange = request.routeOptions.config.rules?.access === 'ingestion:write';
    done(isChange && isForeign(request.headers, origins) ? foreignPage() : undefined);
  });
}

/** Browsers send `Sec-Fetch-Site` (Fetch Metadata). Older browsers send `Origin`. Other clients send neither. */
function isForeign(headers: IncomingHttpHeaders, origins: readonly string[]): boolean {
  const { origin, host, 'sec-fetch-site': site } = headers;
  if (origin !== undefined && origins.includes(origin)) return false;
  // `none` means that the user entered the address or opened a bookmark. Unknown values are refused.
  if (typeof site === 'string') return site !== 'same-origin' && site !== 'none';
  return origin !== undefined && origin !== `http://${host ?? ''}` && origin !== `https://${host ?? ''}`;
}

function foreignPage(): ProblemException {
  return new ProblemException(
    'not-permitted',
    'The request comes from a web page of another origin. To allow it, add the origin to CORS_ORIGINS.',
  );
}
