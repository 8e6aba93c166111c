import type { FastifyInstance } from 'fastify';
import { methodNotAllowed } from '../api/problem/problem.exception';
import { nearestRoute } from './nearest-route';

declare module 'fastify' {
  interface FastifyInstance {
    /** Returns the sorted methods of a path. Empty for an unknown path. */
    methodsAt(url: string): readonly string[];
    /** Returns true if a route without parameters has this path. */
    isFixedPath(url: string): boolean;
    /** Returns the route template that is most similar to an unknown URL. */
    nearestRoute(url: string): string | undefined;
  }
}

/** The route of preflight requests. It accepts every path. */
const PREFLIGHTS = '*';

interface KnownRoute {
  readonly pattern: RegExp;
  readonly methods: readonly string[];
}

/** Records the methods of each route. */
export function addMethodTable(fastify: FastifyInstance): void {
  const known: KnownRoute[] = [];
  const fixed = new Map<string, readonly string[]>();
  const templates = new Set<string>();
  fastify.addHook('onRoute', ({ url, method }) => {
    if (url === PREFLIGHTS) return;
    if (!url.includes('*')) templates.add(url);
    const methods = [method].flat();
    if (isFixed(url)) fixed.set(url, [...(fixed.get(url) ?? []), ...methods]);
    else known.push({ pattern: patternOf(url), methods });
  });
  fastify.decorate('methodsAt', (url: string) => {
    const path = pathOf(url);
    return inOrder(
      fixed.get(path) ?? known.flatMap((route) => (route.pattern.test(path) ? route.methods : [])),
    );
  });
  fastify.decorate('nearestRoute', (url: string) => nearestRoute(url, [...templates]));
  fastify.decorate('isFixedPath', (url: string) => fixed.has(pathOf(url)));
}

/** Refuses unsupported methods with 405 before the body is read. Fastify would first read the body of a `QUERY` request. */
export function refuseOtherMethods(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', ({ method, url, is404, routeOptions }, _reply, done) => {
    const route = routeOptions.url ?? '';
    // A route with a parameter also matches the paths of fixed routes, but such a path is not an id.
    const isTaken = !is404 && (isFixed(route) || route === PREFLIGHTS || !fastify.isFixedPath(url));
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

function inOrder(methods: readonly string[]): string[] {
  return [...new Set(methods)].sort();
}

function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? '';
}

/** Returns true if a route has no parameters. */
function isFixed(url: string): boolean {
  return !url.includes(':') && !url.includes('*');
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
