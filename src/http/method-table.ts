import type { FastifyInstance } from 'fastify';
import { methodNotAllowed } from '../api/problem/problem.exception';
import { nearestRoute } from './nearest-route';

declare module 'fastify' {
  interface FastifyInstance {
    /** Returns the sorted methods of the most specific route for a path. Empty for an unknown path. */
    methodsAt(url: string): readonly string[];
    /** Returns true if a route with fewer parameters than `template` matches the path, such as `/runs/check` instead of `/runs/:runId`. */
    isShadowed(template: string, url: string): boolean;
    /** Returns the route template, or the request, that an unknown URL probably means. */
    nearestRoute(url: string): string | undefined;
  }
}

/** The route of preflight requests. It accepts every path. */
const PREFLIGHTS = '*';

interface KnownRoute {
  readonly template: string;
  readonly pattern: RegExp;
  /** One digit per segment. Of two routes that match one path, the lower precedence is the more specific one, as in Fastify. */
  readonly precedence: string;
  readonly methods: Set<string>;
}

/** Records the methods of each route. */
export function addMethodTable(fastify: FastifyInstance): void {
  const known = new Map<string, KnownRoute>();
  /** The more specific routes of each route, found at its first request. */
  const shadowing = new Map<string, readonly KnownRoute[]>();
  fastify.addHook('onRoute', ({ url, method }) => {
    if (url === PREFLIGHTS) return;
    const route = known.get(url) ?? knownRoute(url);
    known.set(url, route);
    for (const one of [method].flat()) route.methods.add(one);
    shadowing.clear();
  });
  fastify.decorate('methodsAt', (url: string) => {
    const path = pathOf(url);
    const matching = [...known.values()].filter(({ pattern }) => pattern.test(path));
    const best = matching.sort(bySpecificity)[0];
    return [...(best?.methods ?? [])].sort();
  });
  fastify.decorate('isShadowed', (template: string, url: string) => {
    const routes = shadowing.get(template) ?? moreSpecific(template, known);
    shadowing.set(template, routes);
    return routes.length > 0 && routes.some(({ pattern }) => pattern.test(pathOf(url)));
  });
  fastify.decorate('nearestRoute', (url: string) =>
    nearestRoute(
      url,
      [...known.keys()].filter((template) => !template.includes('*')),
    ),
  );
}

/** Refuses unsupported methods with 405 before the body is read. Fastify would first read the body of a `QUERY` request. */
export function refuseOtherMethods(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', ({ method, url, is404, routeOptions }, _reply, done) => {
    const route = routeOptions.url ?? '';
    // A route with a parameter also matches the path of a more specific route, but that segment is not an id.
    const isTaken = !is404 && (route === PREFLIGHTS || !fastify.isShadowed(route, url));
    const methods = isTaken ? [] : fastify.methodsAt(url);
    const isAllowed = methods.length === 0 || methods.includes(method);
    done(
      isAllowed ? undefined : methodNotAllowed(method, methods, cancellationInstead(fastify, method, url)),
    );
  });
}

/** Suggests the route that cancels a run. Airbyte cancels a job with DELETE, but this API uses POST. */
function cancellationInstead(fastify: FastifyInstance, method: string, url: string): string | undefined {
  const path = `${pathOf(url)}/cancel`;
  if (method !== 'DELETE' || !fastify.methodsAt(path).includes('POST')) return undefined;
  const route = fastify.nearestRoute(path);
  return route && `Cancel a run with POST ${route}.`;
}

function knownRoute(template: string): KnownRoute {
  return {
    template,
    pattern: patternOf(template),
    precedence: template
      .split('/')
      .map((segment) => (segment.includes('*') ? 2 : segment.startsWith(':') ? 1 : 0))
      .join(''),
    methods: new Set(),
  };
}

function bySpecificity(a: KnownRoute, b: KnownRoute): number {
  return a.precedence < b.precedence ? -1 : 1;
}

/** Returns the routes whose paths all belong to `template` too and that Fastify would prefer if they had the method. */
function moreSpecific(template: string, known: ReadonlyMap<string, KnownRoute>): readonly KnownRoute[] {
  const own = known.get(template);
  if (!own) return [];
  return [...known.values()].filter((route) => route !== own && own.pattern.test(route.template));
}

function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? '';
}

/** Converts a route path to a pattern: `:name` matches one segment, and `*` matches the rest. */
function patternOf(path: string): RegExp {
  const source = path
    .split('/')
    .map((segment) => {
      if (segment.startsWith(':')) return '[^/]+';
      return segment === '*' ? '.*' : segment.replace(/[.+?^${}()|[\]\\*]/g, '\\$&');
    })
    .join('/');
  return new RegExp(`^${source}$`);
}
