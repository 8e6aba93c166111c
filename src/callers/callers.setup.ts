import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { CallerGate } from './caller.gate';
import { IdempotencyHooks } from './idempotency/idempotency.hooks';

/** Puts the rules for callers in front of every route. To be called before the routes are made. */
export function addCallerHooks(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  const once = app.get(IdempotencyHooks);
  for (const name of ['caller', 'attemptedSince', 'earlierAttempt']) fastify.decorateRequest(name);
  fastify.addHook('onRequest', app.get(CallerGate).onRequest);
  // Only the routes that need them get these hooks, so that the others do not pay for them.
  fastify.addHook('onRoute', (route) => {
    if (!route.config?.rules?.idempotent) return;
    route.preHandler = [...listOf(route.preHandler), once.preHandler];
    route.onSend = [...listOf(route.onSend), once.onSend];
  });
}

function listOf<T>(hooks: T | T[] | undefined): T[] {
  if (hooks === undefined) return [];
  return Array.isArray(hooks) ? hooks : [hooks];
}
