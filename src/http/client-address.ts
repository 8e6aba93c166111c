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

/** An IPv4 address or an IPv6 address in brackets, each with a port. */
const WITH_PORT = /^(\d+\.\d+\.\d+\.\d+|\[[0-9a-f:.]+\]):\d+$/i;

/** `X-Forwarded-For` without ports and brackets, which some load balancers write and Fastify does not read. */
export function withoutPorts(forwardedFor: string): string {
  return forwardedFor
    .split(',')
    .map((entry) => {
      const address = WITH_PORT.exec(entry.trim())?.[1] ?? entry.trim();
      return address.replace(/^\[(.*)\]$/, '$1');
    })
    .join(', ');
}

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/**
 * Whom to count by address: of IPv6 the network of 64 bits, because that is what one customer is given (RFC 6177), and
 * with it more addresses than could ever be counted.
 */
export function networkOf(address: string): string {
  const v4 = MAPPED.exec(address)?.[1];
  if (v4 !== undefined || isIP(address) !== 6) return v4 ?? address;
  const [head = '', tail] = address.split('::');
  const before = head.split(':').filter(Boolean);
  const after = tail === undefined ? [] : tail.split(':').filter(Boolean);
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  const groups = [...before, ...zeros, ...after].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}
