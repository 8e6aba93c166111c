import { RouteConfig } from '@nestjs/platform-fastify';
import type { Scope } from './caller';

/** What the hooks in front of the controllers must know of a route. */
export interface RouteRules {
  /** The scope that a caller needs; `open` asks for none. Routes without it are not ours, such as the docs page. */
  readonly access?: Scope | 'open';
  /** True: takes an `Idempotency-Key`. */
  readonly idempotent?: boolean;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    rules?: RouteRules;
  }
}

const RULES = Symbol('ROUTE_RULES');

/** Adds rules to a controller's method; several decorators may each add theirs. Fastify hands them to its hooks. */
export function AddRouteRules(rules: RouteRules): MethodDecorator {
  return (target, name, descriptor) => {
    const handler = descriptor.value as object;
    const merged = { ...rulesOf(handler), ...rules };
    Reflect.defineMetadata(RULES, merged, handler);
    RouteConfig({ rules: merged })(target, name, descriptor);
  };
}

/** The rules that a controller's method was given. */
export function rulesOf(handler: object): RouteRules {
  const rules: unknown = Reflect.getMetadata(RULES, handler);
  return typeof rules === 'object' && rules !== null ? rules : {};
}
