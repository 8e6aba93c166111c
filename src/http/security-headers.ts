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

const PAGES = /^\/(docs|problems)(\/|$)/;

/** Adds the headers of helmet to pages and {@link API_HEADERS} to other responses. */
export function addSecurityHeaders(fastify: FastifyInstance): void {
  const setPageHeaders = helmet({
    strictTransportSecurity: { includeSubDomains: false },
    // The gateway serves plain HTTP. `upgrade-insecure-requests` would prevent browsers from loading the assets of a page.
    contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
  });
  fastify.addHook('onRoute', (route) => {
    if (!PAGES.test(route.url)) return;
    route.config = { ...route.config, isPage: true };
    route.onRequest = [
      ...[route.onRequest ?? []].flat(),
      (request, reply, done) => {
        setPageHeaders(request.raw, reply.raw, () => {
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
