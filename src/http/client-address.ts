import type { FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';
import { isIP } from 'node:net';

/**
 * The address of the client: the peer of the connection, or behind trusted proxies the last untrusted address in
 * `X-Forwarded-For`. Earlier entries and `Forwarded` (RFC 7239) can be forged and are ignored, as are invalid addresses.
 */
export function clientAddress({ ip, socket }: FastifyRequest): string {
  return isIP(ip) === 0 ? (socket.remoteAddress ?? 'unknown') : ip;
}

/** An IPv4 address or an IPv6 address in brackets, each with a port. */
const WITH_PORT = /^(\d+\.\d+\.\d+\.\d+|\[[0-9a-f:.]+\]):\d+$/i;

/** Removes ports and brackets from `X-Forwarded-For`: some load balancers write them, and Fastify cannot parse them. */
export function withoutPorts(forwardedFor: string): string {
  return forwardedFor
    .split(',')
    .map((entry) => {
      const address = WITH_PORT.exec(entry.trim())?.[1] ?? entry.trim();
      return address.replace(/^\[(.*)\]$/, '$1');
    })
    .join(', ');
}

/** Rate-limit key of an address: an IPv4 address, or the /64 network of an IPv6 address, which one customer gets (RFC 6177). */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return `${parsed.toNormalizedString().split(':').slice(0, 4).join(':')}::/64`;
}
