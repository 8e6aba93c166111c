import type { FastifyInstance, FastifyRequest } from 'fastify';
import { clientAddress, networkOf } from './client-address';
import type { WorkTurns } from './work-turns';

/** Schedules requests fairly: each caller gets a few milliseconds per turn of the event loop. */
export function addCallerTurns(fastify: FastifyInstance, turns: WorkTurns): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    turns.add(keyOf(request), done);
  });
}

/** Identifies a caller. Callers without credentials are identified by address. */
export function keyOf(request: FastifyRequest): string {
  return request.caller?.id ?? networkOf(clientAddress(request));
}
