import type { FastifyInstance } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { ProblemException } from '../api/problem/problem.exception';
import { writeFinalResponse } from './client-errors';

/** Overrides the default handling of Node for `Expect`, CONNECT, and a missing or duplicate `Host`. */
export function addRawHttpGuards(fastify: FastifyInstance, allowedHosts: readonly string[] | null): void {
  const { server } = fastify;
  // Node drops further headers. The request is refused then.
  server.maxHeadersCount = MAX_HEADERS + 1;
  server.on('checkContinue', (request, response) => {
    continueWhenBodyIsRead(request, response);
    server.emit('request', request, response);
  });
  // A server may ignore unknown expectations (RFC 9110, section 10.1.1).
  server.on('checkExpectation', (request, response) => {
    server.emit('request', request, response);
  });
  server.on('connect', (_request, socket) => {
    writeFinalResponse(
      socket as Socket,
      new ProblemException('malformed-request', 'This server is not a proxy.'),
    );
  });
  fastify.addHook('onRequest', (request, _reply, done) => {
    done(
      tooManyHeaders(request.raw) ??
        invalidHost(request.raw) ??
        hostNotAllowed(request.headers.host, allowedHosts) ??
        unreadableQuery(request.raw),
    );
  });
}

/**
 * Sends 100 Continue only when the gateway reads the body, after authentication and the size check. Otherwise closes the
 * connection after the response, because the client may or may not send the body.
 */
function continueWhenBodyIsRead(request: IncomingMessage, response: ServerResponse): void {
  const { shouldKeepAlive } = response;
  response.shouldKeepAlive = false;
  request.once('resume', () => {
    if (response.headersSent) return;
    response.writeContinue();
    response.shouldKeepAlive = shouldKeepAlive;
  });
}

/** Clients and proxies send a few dozen. */
const MAX_HEADERS = 200;

/** Node keeps each header several times, so a request with thousands of short ones takes many times its size while it waits. */
function tooManyHeaders({ rawHeaders }: IncomingMessage): ProblemException | undefined {
  // `rawHeaders` alternates names and values.
  if (rawHeaders.length <= 2 * MAX_HEADERS) return undefined;
  return new ProblemException('headers-too-large', `A request may have at most ${MAX_HEADERS} headers.`);
}

/** Requires exactly one Host header (RFC 9112, section 3.2). Otherwise a proxy and the gateway could use different hosts. */
function invalidHost({ rawHeaders, httpVersion }: IncomingMessage): ProblemException | undefined {
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  if (hosts === 1 || (hosts === 0 && httpVersion === '1.0')) return undefined;
  return new ProblemException('malformed-request', 'A request of HTTP/1.1 must have one Host header.');
}

/** Refuses what the query parser would take literally, such as `%E9` of Latin-1, which a filter would never match. */
function unreadableQuery({ url = '' }: IncomingMessage): ProblemException | undefined {
  const start = url.indexOf('?');
  if (start === -1) return undefined;
  const unreadable = url
    .slice(start + 1)
    .split('&')
    .find((parameter) => !isPercentEncodedUtf8(parameter));
  if (unreadable === undefined) return undefined;
  const shown = unreadable.slice(0, 200);
  return new ProblemException(
    'malformed-request',
    `The query parameter ${shown} is not percent-encoded UTF-8. Encode é as %C3%A9, and % itself as %25.`,
  );
}

function isPercentEncodedUtf8(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch (error) {
    if (error instanceof URIError) return false;
    throw error;
  }
}

/** A host name, or an IPv6 address in brackets, with an optional port (RFC 3986, section 3.2.2). */
const HOST = /^(\[[0-9a-f:.]+\]|[^:]*?)\.?(:\d*)?$/;

/** Prevents DNS rebinding: requests of the attacking page have its host name in `Host`. HTTP/1.0 clients may omit `Host`. */
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
