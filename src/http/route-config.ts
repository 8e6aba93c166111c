import { RouteConfig } from '@nestjs/platform-fastify';
import type { Scope } from './caller';

/** Properties of a route that hooks use. */
export interface RouteRules {
  /** Required scope; `open` requires no authentication. Absent for routes of libraries. */
  readonly access?: Scope | 'open';
  /** True if the route accepts an `Idempotency-Key`. */
  readonly idempotent?: boolean;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    rules?: RouteRules;
  }
}

const RULES = Symbol('ROUTE_RULES');

/** Adds rules to a controller method. Several decorators can be combined. */
export function AddRouteRules(rules: RouteRules): MethodDecorator {
  return (target, name, descriptor) => {
    const handler = descriptor.value as object;
    const merged = { ...rulesOf(handler), ...rules };
    Reflect.defineMetadata(RULES, merged, handler);
    RouteConfig({ rules: merged })(target, name, descriptor);
  };
}

/** The rules of a controller method. */
export function rulesOf(handler: object): RouteRules {
  const rules: unknown = Reflect.getMetadata(RULES, handler);
  return typeof rules === 'object' && rules !== null ? rules : {};
}
