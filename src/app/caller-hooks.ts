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
  fastify.decorateRequest('upstreamUsage', null);
  fastify.addHook('onRequest', app.get(CallerGate).onRequest);
  // Adds the hooks per route, so that other routes do not run them.
  fastify.addHook('onRoute', (route) => {
    const { access, idempotent } = route.config?.rules ?? {};
    if (idempotent) {
      route.preHandler = [...[route.preHandler ?? []].flat(), idempotency.preHandler];
      route.onSend = [...[route.onSend ?? []].flat(), idempotency.onSend];
    }
    // The audit hook runs after the idempotency hook has stored the outcome and before Fastify sends the response.
    if (access === 'ingestion:write') route.onSend = [...[route.onSend ?? []].flat(), auditChange];
  });
}
