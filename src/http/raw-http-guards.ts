import type { FastifyInstance } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { ProblemException } from '../api/problem/problem.exception';
import { writeFinalResponse } from './client-errors';

/** What Node would answer with pages of its own or not at all, or take, before anything of ours sees it. */
export function addRawHttpGuards(fastify: FastifyInstance, allowedHosts: readonly string[] | null): void {
  const { server } = fastify;
  server.on('checkContinue', (request, response) => {
    inviteBodyWhenRead(request, response);
    server.emit('request', request, response);
  });
  // Expectations that nobody knows may be ignored (RFC 9110, section 10.1.1).
  server.on('checkExpectation', (request, response) => {
    server.emit('request', request, response);
  });
  server.on('connect', (_request, socket) => {
    writeFinalResponse(socket as Socket, new ProblemException('malformed-request', 'This is no proxy.'));
  });
  fastify.addHook('onRequest', (request, _reply, done) => {
    done(faultOfHost(request.raw) ?? hostNotAllowed(request.headers.host, allowedHosts));
  });
}

/**
 * 100 goes out when the body is asked for, not before it is clear who sends it and how long it is. Who is not told to go on
 * may send the body or leave it, so the connection ends.
 */
function inviteBodyWhenRead(request: IncomingMessage, response: ServerResponse): void {
  const { shouldKeepAlive } = response;
  response.shouldKeepAlive = false;
  request.once('resume', () => {
    if (response.headersSent) return;
    response.writeContinue();
    response.shouldKeepAlive = shouldKeepAlive;
  });
}

/** RFC 9112, section 3.2: one Host, no less and no more. Servers in front may go by another of several than ours would. */
function faultOfHost({ rawHeaders, httpVersion }: IncomingMessage): ProblemException | undefined {
  let hosts = 0;
  // Names and values take turns.
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  if (hosts === 1 || (hosts === 0 && httpVersion === '1.0')) return undefined;
  return new ProblemException('malformed-request', 'A request of HTTP/1.1 must have one Host header.');
}

/** Names with an optional port, an IPv6 address in brackets among them (RFC 3986, section 3.2.2). */
const HOST = /^(\[[0-9a-f:.]+\]|[^:]*?)\.?(:\d*)?$/;

/** A page that makes its own name resolve to this machine (DNS rebinding) sends that name. HTTP/1.0 may send none. */
function hostNotAllowed(
  host: string | undefined,
  allowed: readonly string[] | null,
): ProblemException | undefined {
  if (allowed === null || host === undefined) return undefined;
  const name = HOST.exec(host.toLowerCase())?.[1];
  if (name !== undefined && allowed.includes(name)) return undefined;
  const shown = host.slice(0, 200).replace(/[^\x20-\x7e]/g, '?');
  return new ProblemException('host-not-allowed', `This gateway does not serve the host ${shown}.`);
}
