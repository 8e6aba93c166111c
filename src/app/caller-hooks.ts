import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { auditChange } from '../audit/audit-hook';
import { CallerGate } from '../auth/caller-gate';
import { IdempotencyHooks } from '../idempotency/idempotency-hooks';

/** Adds authentication, rate limiting, idempotency and audit to the routes. */
export function addCallerHooks(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  const idempotency = app.get(IdempotencyHooks);
  for (const name of ['caller', 'attemptedSince', 'earlierAttempt', 'claimant'])
    fastify.decorateRequest(name);
  fastify.addHook('onRequest', app.get(CallerGate).onRequest);
  // Only the routes that need these hooks get them.
  fastify.addHook('onRoute', (route) => {
    const { access, idempotent } = route.config?.rules ?? {};
    if (idempotent) {
      route.preHandler = [...listOf(route.preHandler), idempotency.preHandler];
      route.onSend = [...listOf(route.onSend), idempotency.onSend];
    }
    // After the outcome is stored, before the response is sent.
    if (access === 'ingestion:write') route.onSend = [...listOf(route.onSend), auditChange];
  });
}

function listOf<T>(hooks: T | T[] | undefined): T[] {
  if (hooks === undefined) return [];
  return Array.isArray(hooks) ? hooks : [hooks];
}
