import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { CallerGate } from './caller.gate';

/** Puts the rules for callers in front of every route. To be called before the routes are made. */
export function addCallerHooks(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.decorateRequest('caller');
  fastify.decorateRequest('earlierAttempt');
  fastify.addHook('onRequest', app.get(CallerGate).onRequest);
}
