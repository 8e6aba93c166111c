import type { FastifyRequest } from 'fastify';

/** Server URL for a request without a valid host. */
const FALLBACK = 'http://127.0.0.1:3000';

/** Protocol, host and port. The response must not contain other input of a caller. */
const SERVER_URL = /^https?:\/\/([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:\d{1,5})?$/;

/** Fastify reads `X-Forwarded-Proto` and `X-Forwarded-Host` only from trusted proxies. This function validates them too. */
export function serverOf({ protocol, host }: FastifyRequest): string {
  const server = `${protocol}://${host}`;
  return SERVER_URL.test(server) ? server : FALLBACK;
}
