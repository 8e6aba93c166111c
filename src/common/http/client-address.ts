import type { FastifyRequest } from 'fastify';
import { isIP } from 'node:net';

/**
 * From where a request comes: the address at the other end of the connection, or behind trusted proxies the last one of
 * `X-Forwarded-For` that is none of theirs. What came before it may be made up, as may all of `Forwarded` (RFC 7239),
 * which is not read. What is no address at all cannot have been written by a proxy.
 */
export function clientAddress({ ip, socket }: FastifyRequest): string {
  return isIP(ip) === 0 ? (socket.remoteAddress ?? 'unknown') : ip;
}
