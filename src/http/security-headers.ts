import type { FastifyInstance } from 'fastify';
import helmet from 'helmet';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** True for HTML pages and their assets. */
    isPage?: boolean;
  }
}

/** The security headers of API responses. They are constants, because helmet computes its headers for each request. */
export const API_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

const DOCS = /^\/docs(\/|$)/;
const PAGES = /^\/($|pages\.css$|(ui|problems)(\/|$))/;

/**
 * The guide and the pages of problems are plain HTML. The web page shows names and messages of others: it has no inline code,
 * and no text can become HTML (Trusted Types).
 */
const STRICT_POLICY = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'"],
    connectSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
    requireTrustedTypesFor: ["'script'"],
    trustedTypes: ["'none'"],
  },
};

/** Adds the headers of helmet to pages and {@link API_HEADERS} to other responses. */
export function addSecurityHeaders(fastify: FastifyInstance): void {
  // Swagger UI has inline styles.
  const setDocsHeaders = helmet({
    strictTransportSecurity: { includeSubDomains: false },
    // The gateway serves plain HTTP. `upgrade-insecure-requests` would prevent browsers from loading the assets of a page.
    contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
  });
  const setPageHeaders = helmet({
    strictTransportSecurity: { includeSubDomains: false },
    contentSecurityPolicy: STRICT_POLICY,
  });
  fastify.addHook('onRoute', (route) => {
    const isDocs = DOCS.test(route.url);
    if (!isDocs && !PAGES.test(route.url)) return;
    const setHeaders = isDocs ? setDocsHeaders : setPageHeaders;
    route.config = { ...route.config, isPage: true };
    route.onRequest = [
      ...[route.onRequest ?? []].flat(),
      (request, reply, done) => {
        setHeaders(request.raw, reply.raw, () => {
          done();
        });
      },
    ];
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    if (request.routeOptions.config.isPage !== true) void reply.headers(API_HEADERS);
    done();
  });
}
