import type { FastifyInstance } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { ProblemException } from '../problem/problem.exception';
import { writeLastAnswer } from './client-errors';

/** What Node would answer with pages of its own or not at all, or take, before anything of ours sees it. */
export function addHttpRules(fastify: FastifyInstance): void {
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
    writeLastAnswer(socket as Socket, new ProblemException('malformed-request', 'This is no proxy.'));
  });
  fastify.addHook('onRequest', (request, _reply, done) => {
    done(faultOfHost(request.raw));
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
