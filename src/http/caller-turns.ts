import type { FastifyInstance, FastifyRequest } from 'fastify';
import { clientAddress, networkOf } from './client-address';
import type { WorkTurns } from './work-turns';

/** Starts the requests of the callers in round-robin order. */
export function addCallerTurns(fastify: FastifyInstance, turns: WorkTurns): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    turns.add(keyOf(request), done);
  });
}

/** Returns the id of the caller. Without credentials, returns the network of the IP address. */
export function keyOf(request: FastifyRequest): string {
  return request.caller?.id ?? networkOf(clientAddress(request));
}
