import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyInstance {
    /** The methods that a URL takes, in order; none where nothing is. Only asked when there is no route. */
    methodsAt(url: string): readonly string[];
  }
}

interface KnownRoute {
  readonly pattern: RegExp;
  readonly methods: readonly string[];
}

/** Remembers which paths take which methods. To be called before the routes are made. */
export function addMethodTable(fastify: FastifyInstance): void {
  const known: KnownRoute[] = [];
  fastify.addHook('onRoute', ({ url, method }) => {
    // Preflights of browsers, which are let in for every path.
    if (url === '*') return;
    known.push({ pattern: patternOf(url), methods: [method].flat() });
  });
  fastify.decorate('methodsAt', (url: string) => {
    const path = url.split('?', 1)[0] ?? '';
    const methods = known.flatMap((route) => (route.pattern.test(path) ? route.methods : []));
    return [...new Set(methods)].sort();
  });
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
