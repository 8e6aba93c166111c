import type { FastifyInstance } from 'fastify';
import { methodNotAllowed } from '../api/problem/problem.exception';
import { nearestRoute } from './nearest-route';

declare module 'fastify' {
  interface FastifyInstance {
    /** The methods that a URL takes, in order; none where nothing is. Only asked when there is no route. */
    methodsAt(url: string): readonly string[];
    /** Whether there is a route of just this path. */
    isFixedPath(url: string): boolean;
    /** The template of the route that was most likely meant by a URL without one. */
    nearestRoute(url: string): string | undefined;
  }
}

/** The route of browsers' preflights, which are allowed for every path. */
const PREFLIGHTS = '*';

interface KnownRoute {
  readonly pattern: RegExp;
  readonly methods: readonly string[];
}

/** Remembers which paths take which methods. To be called before the routes are made. */
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

/**
 * Refuses a method that a path does not take before anything else of the request is read: Fastify looks for the body of a
 * `QUERY` first. To be called after the hooks whose headers belong on every answer.
 */
export function refuseOtherMethods(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', ({ method, url, is404, routeOptions }, _reply, done) => {
    const route = routeOptions.url ?? '';
    // A path that is a route of its own is not an id.
    const isTaken = !is404 && (isFixed(route) || route === PREFLIGHTS || !fastify.isFixedPath(url));
    const methods = isTaken ? [] : fastify.methodsAt(url);
    const isAllowed = methods.length === 0 || methods.includes(method);
    done(
      isAllowed ? undefined : methodNotAllowed(method, methods, cancellationInstead(fastify, method, url)),
    );
  });
}

/** Other APIs end a run with DELETE, as Airbyte does. Here that is an operation below the run. */
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

/** Without a segment that may be anything. */
function isFixed(url: string): boolean {
  return !url.includes(':') && !url.includes('*');
}

/** Paths of Fastify's routes: `:name` stands for one segment, `*` for the rest. */
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
