import { AsyncResource } from 'node:async_hooks';

type Bound = Parameters<AsyncResource['bind']>[0];

/**
 * Fastify binds a function to an `AsyncResource` for each body that it reads. Node 20 gives every function so bound a
 * member `asyncResource`, which is deprecated (DEP0172) and which nobody reads, by two accessors that are made anew each
 * time. That takes a third of a creation's CPU time, and makes a hidden class of the function's own that keeps the whole
 * request until the next full garbage collection. From here on functions are bound as before, but for that member.
 */
export function bindWithoutAccessors(): void {
  AsyncResource.prototype.bind = function <F extends Bound>(this: AsyncResource, fn: F): F {
    return inScopeOf(this, fn);
  };
}

function inScopeOf<F extends Bound>(resource: AsyncResource, fn: F): F {
  const bound = function (this: unknown, ...args: Parameters<F>): unknown {
    return resource.runInAsyncScope(fn, this, ...args);
  };
  return bound as F;
}
