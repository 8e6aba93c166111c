import type { FastifyInstance, FastifyRequest } from 'fastify';
import { clientAddress, networkOf } from './client-address';
import { workTurns } from '../lib/work-turns';

/**
 * Starts the requests of the callers in round-robin order. A request whose connection was closed meanwhile is not started:
 * nobody would get its answer, and many of them would delay and fill the process.
 */
export function addCallerTurns(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    workTurns.add(keyOf(request), () => {
      if (request.raw.socket.destroyed) reply.hijack();
      else done();
    });
  });
}

/** Returns the id of the caller. Without credentials, returns the network of the IP address. */
export function keyOf(request: FastifyRequest): string {
  return request.caller?.id ?? networkOf(clientAddress(request));
}
