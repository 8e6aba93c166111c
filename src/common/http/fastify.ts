import { FastifyAdapter } from '@nestjs/platform-fastify';
import { type FastifyBaseLogger, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import type { Socket } from 'node:net';
import { asProblem } from '../problem/as-problem';
import { problemBody, problemHeaders } from '../problem/problem.body';
import { ProblemException } from '../problem/problem.exception';
import { REQUEST_ID_HEADER, requestIdOf } from './request-id';
import { API_HEADERS } from './security-headers';

/** A body may have at most this many bytes. */
export const BODY_LIMIT_BYTES = 100_000;
/** Longer than any id, so that over-long ids reach the validation that names them. */
const MAX_PARAM_LENGTH = 4096;

/** How long callers may take, in milliseconds: slow ones would hold on to sockets for good. */
export interface ClientLimits {
  readonly headersMs: number;
  /** For the whole request, its body included. */
  readonly requestMs: number;
  /** How often it is looked for slow ones. */
  readonly checkMs: number;
}

/** How long a caller that was refused may take to close its end. */
const LINGER_MS = 1000;

const CLIENT_LIMITS: ClientLimits = { headersMs: 15_000, requestMs: 30_000, checkMs: 5000 };

/** Fastify, set up so that whatever goes wrong before Nest sees a request is answered as a problem too. */
export function createFastifyAdapter(
  logger: FastifyBaseLogger,
  limits: ClientLimits = CLIENT_LIMITS,
  trustedProxies: readonly string[] = [],
): FastifyAdapter {
  return new FastifyAdapter({
    loggerInstance: logger,
    // One line for each request is enough: app.setup.ts writes it.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: limits.requestMs,
    http: {
      headersTimeout: limits.headersMs,
      connectionsCheckingInterval: limits.checkMs,
      // Requests without one are refused in http-rules.ts, as a problem.
      requireHostHeader: false,
    },
    // Requests on connections that were open before the stop are answered like any other, then the connection ends.
    return503OnClosing: false,
    ...(trustedProxies.length > 0 && { trustProxy: [...trustedProxies] }),
    genReqId: requestIdOf,
    // Nothing here is Express middleware, and without it no request has to pass through.
    skipMiddie: true,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    frameworkErrors: writeFrameworkError,
    clientErrorHandler: writeClientError,
  });
}

function writeFrameworkError(error: Error, request: FastifyRequest, reply: FastifyReply): void {
  const problem = asProblem(error);
  void reply
    .status(problem.status)
    .headers({ ...API_HEADERS, ...problemHeaders(problem), [REQUEST_ID_HEADER]: request.id })
    .send(problemBody(problem, { url: request.url, requestId: request.id }));
}

/** What Node's HTTP parser cannot read has no request: the answer is written by hand, and the connection ends. */
function writeClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = clientProblem(error);
  const requestId = requestIdOf({ headers: {} });
  const body = JSON.stringify(problemBody(problem, { url: '/', requestId }));
  const headers = {
    ...API_HEADERS,
    ...problemHeaders(problem),
    [REQUEST_ID_HEADER]: requestId,
    connection: 'close',
  };
  const head = Object.entries({ ...headers, 'content-length': String(Buffer.byteLength(body)) })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
  socket.setTimeout(LINGER_MS, () => socket.destroy());
  socket.end(`HTTP/1.1 ${problem.status} ${problem.code}\r\n${head}\r\n${body}`);
}

function clientProblem(error: Error & { code?: string }): ProblemException {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return asProblem(Object.assign(new Error(error.message), { statusCode: 431 }));
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return asProblem(Object.assign(new Error(error.message), { statusCode: 408 }));
    default:
      return asProblem(Object.assign(new Error(error.message), { statusCode: 400 }));
  }
}
