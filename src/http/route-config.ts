import { RouteConfig } from '@nestjs/platform-fastify';
import type { Scope } from './caller';

/** Route metadata for hooks. */
export interface RouteRules {
  /**
   * The required scope. `any-scope` requires authentication only, `counted` not even that, but the rate limit of the address
   * applies, and `open` has neither. Absent for routes that libraries add.
   */
  readonly access?: Scope | 'any-scope' | 'counted' | 'open';
  /** True if the route accepts an `Idempotency-Key`. */
  readonly idempotent?: boolean;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    rules?: RouteRules;
  }
}

/** Options of a route without authentication. */
export const OPEN_ROUTE = { config: { rules: { access: 'open' } } } as const;

const RULES = Symbol('ROUTE_RULES');

/** Adds rules to a controller method. Several decorators of one method are merged. */
export function AddRouteRules(rules: RouteRules): MethodDecorator {
  return (target, name, descriptor) => {
    const handler = descriptor.value as object;
    const merged = { ...rulesOf(handler), ...rules };
    Reflect.defineMetadata(RULES, merged, handler);
    RouteConfig({ rules: merged })(target, name, descriptor);
  };
}

/** Returns the rules of a controller method. */
export function rulesOf(handler: object): RouteRules {
  const rules: unknown = Reflect.getMetadata(RULES, handler);
  return typeof rules === 'object' && rules !== null ? rules : {};
}
