import type { FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';
import { isIP } from 'node:net';

/**
 * Returns the IP address of the client. Behind trusted proxies, this is the last untrusted address in `X-Forwarded-For`.
 * Otherwise, and for an invalid entry, it is the peer of the connection. Clients can forge earlier entries and `Forwarded`
 * (RFC 7239).
 */
export function clientAddress({ ip, socket }: FastifyRequest): string {
  return isIP(ip) === 0 ? (socket.remoteAddress ?? 'unknown') : ip;
}

/** An IPv4 address or a bracketed IPv6 address, with a port. */
const WITH_PORT = /^(\d+\.\d+\.\d+\.\d+|\[[0-9a-f:.]+\]):\d+$/i;

/** Removes ports and brackets from `X-Forwarded-For`. Some load balancers add them, and Fastify cannot parse them. */
export function withoutPorts(forwardedFor: string): string {
  return forwardedFor
    .split(',')
    .map((entry) => {
      const address = WITH_PORT.exec(entry.trim())?.[1] ?? entry.trim();
      return address.replace(/^\[(.*)\]$/, '$1');
    })
    .join(', ');
}

/** Returns an IPv4 address unchanged, or the /64 network of an IPv6 address. One customer gets at least a /64 (RFC 6177). */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return `${parsed.toNormalizedString().split(':').slice(0, 4).join(':')}::/64`;
}
