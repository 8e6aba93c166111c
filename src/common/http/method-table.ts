import type { FastifyInstance } from 'fastify';
import { methodNotAllowed } from '../problem/problem.exception';

declare module 'fastify' {
  interface FastifyInstance {
    /** The methods that a URL takes, in order; none where nothing is. Only asked when there is no route. */
    methodsAt(url: string): readonly string[];
  }
}

/** The route of browsers' preflights, which are allowed for every path. */
const PREFLIGHTS = '*';

interface KnownRoute {
  readonly pattern: RegExp;
  readonly methods: readonly string[];
}

/**
 * Remembers which paths take which methods, and lets no path that is a route of its own be taken for an id: `GET
 * /ingestion/check` asks for another method of that route. To be called before the routes are made.
 */
export function addMethodTable(fastify: FastifyInstance): void {
  const known: KnownRoute[] = [];
  const fixed = new Map<string, readonly string[]>();
  fastify.addHook('onRoute', ({ url, method }) => {
    if (url === PREFLIGHTS) return;
    const methods = [method].flat();
    if (isFixed(url)) fixed.set(url, [...(fixed.get(url) ?? []), ...methods]);
    else known.push({ pattern: patternOf(url), methods });
  });
  fastify.addHook('onRequest', ({ method, url, routeOptions }, _reply, done) => {
    const route = routeOptions.url ?? '';
    const methods = isFixed(route) || route === PREFLIGHTS ? undefined : fixed.get(pathOf(url));
    done(methods && methodNotAllowed(method, inOrder(methods)));
  });
  fastify.decorate('methodsAt', (url: string) => {
    const path = pathOf(url);
    return inOrder(
      fixed.get(path) ?? known.flatMap((route) => (route.pattern.test(path) ? route.methods : [])),
    );
  });
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
