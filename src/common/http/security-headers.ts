import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Read by the helmet plugin; present on web pages only. */
    helmet?: object;
  }
}

/**
 * What helmet would say of an answer that is no page, as far as it means something there. They are written down because
 * the plugin works them out anew for each request, which takes a tenth of a request's time.
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

const PAGES = /^\/docs(\/|$)/;

/** Helmet for the docs page; {@link API_HEADERS} for everything else. To be called before the routes are made. */
export function addSecurityHeaders(fastify: FastifyInstance): void {
  fastify.addHook('onRoute', (route) => {
    if (PAGES.test(route.url)) route.config = { ...route.config, helmet: {} };
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    if (request.routeOptions.config.helmet === undefined) void reply.headers(API_HEADERS);
    done();
  });
  void fastify.register(helmet, {
    global: false,
    strictTransportSecurity: { includeSubDomains: false },
    // The gateway itself speaks plain HTTP: told to upgrade, a browser would look for the page's parts in vain.
    contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
  });
}
