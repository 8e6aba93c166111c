import type { FastifyInstance, FastifyRequest } from 'fastify';
import { clientAddress, networkOf } from './client-address';
import { workTurns } from '../lib/work-turns';

/** Starts the requests of the callers in round-robin order. */
export function addCallerTurns(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    workTurns.add(keyOf(request), done);
  });
}

/** Returns the id of the caller. Without credentials, returns the network of the IP address. */
export function keyOf(request: FastifyRequest): string {
  return request.caller?.id ?? networkOf(clientAddress(request));
}
