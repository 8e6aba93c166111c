import type { FastifyInstance, FastifyRequest } from 'fastify';
import { clientAddress, networkOf } from './client-address';
import type { WorkTurns } from './work-turns';

/**
 * Callers take turns: in one turn of the event loop the requests of one caller are begun for a few milliseconds only, and
 * those of others in between. To be added after the hook that finds out who calls.
 */
export function addCallerTurns(fastify: FastifyInstance, turns: WorkTurns): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    turns.add(keyOf(request), done);
  });
}

/** Callers without credentials are told apart by address. */
export function keyOf(request: FastifyRequest): string {
  return request.caller?.id ?? networkOf(clientAddress(request));
}
