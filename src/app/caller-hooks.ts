import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { auditChange } from '../audit/audit-hook';
import { CallerGate } from '../auth/caller-gate';
import { IdempotencyHooks } from '../idempotency/idempotency-hooks';

/** Puts the rules for callers in front of every route. To be called before the routes are made. */
export function addCallerHooks(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  const idempotency = app.get(IdempotencyHooks);
  for (const name of ['caller', 'attemptedSince', 'earlierAttempt', 'claimant'])
    fastify.decorateRequest(name);
  fastify.addHook('onRequest', app.get(CallerGate).onRequest);
  // Only the routes that need them get these hooks, so that the others do not pay for them.
  fastify.addHook('onRoute', (route) => {
    const { access, idempotent } = route.config?.rules ?? {};
    if (idempotent) {
      route.preHandler = [...listOf(route.preHandler), idempotency.preHandler];
      route.onSend = [...listOf(route.onSend), idempotency.onSend];
    }
    // After the outcome was stored, and before anybody is told of it.
    if (access === 'ingestion:write') route.onSend = [...listOf(route.onSend), auditChange];
  });
}

function listOf<T>(hooks: T | T[] | undefined): T[] {
  if (hooks === undefined) return [];
  return Array.isArray(hooks) ? hooks : [hooks];
}
