import type { FastifyInstance } from 'fastify';
import helmet from 'helmet';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** True of web pages, which a browser renders; absent elsewhere. */
    isPage?: boolean;
  }
}

/**
 * What helmet would say of an answer that is no page, as far as it means something there. They are written down because
 * helmet works them out anew for each request.
 */
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

/** Helmet for the pages; {@link API_HEADERS} for everything else. To be called before the routes are made. */
export function addSecurityHeaders(fastify: FastifyInstance): void {
  const setPageHeaders = helmet({
    strictTransportSecurity: { includeSubDomains: false },
    // The gateway itself speaks plain HTTP: told to upgrade, a browser would look for the page's parts in vain.
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
