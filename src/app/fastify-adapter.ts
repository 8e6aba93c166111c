import { FastifyAdapter } from '@nestjs/platform-fastify';
import { type FastifyBaseLogger, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { asProblem } from '../api/problem/as-problem';
import { problemBody, problemHeaders } from '../api/problem/problem-body';
import { withoutPorts } from '../http/client-address';
import { writeClientError } from '../http/client-errors';
import { REQUEST_ID_HEADER, requestIdOf } from '../http/request-id';
import { API_HEADERS } from '../http/security-headers';
import { endStuckConnections } from '../http/connections/stuck-connections';

/** A body may have at most this many bytes. */
const BODY_LIMIT_BYTES = 100_000;
/** Longer than any id, so that over-long ids reach the validation that names them. */
const MAX_PARAM_LENGTH = 4096;

/** How long callers may take, in milliseconds: slow ones would hold on to sockets for good. */
export interface ClientLimits {
  readonly headersMs: number;
  /** For the whole request, its body included; also for reading on in an answer. */
  readonly requestMs: number;
  /** How often it is looked for slow ones. */
  readonly checkMs: number;
}

const CLIENT_LIMITS: ClientLimits = { headersMs: 15_000, requestMs: 30_000, checkMs: 5000 };

/** Fastify, set up so that whatever goes wrong before Nest sees a request is answered as a problem too. */
export function createFastifyAdapter(
  logger: FastifyBaseLogger,
  limits: ClientLimits = CLIENT_LIMITS,
  trustedProxies: readonly string[] = [],
): FastifyAdapter {
  const adapter = new FastifyAdapter({
    loggerInstance: logger,
    // One line for each request is enough: app-setup.ts writes it.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: limits.requestMs,
    http: {
      headersTimeout: limits.headersMs,
      connectionsCheckingInterval: limits.checkMs,
      // Requests without one are refused in raw-http-guards.ts, as a problem.
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
  if (trustedProxies.length > 0) {
    adapter.getInstance().addHook('onRequest', ({ raw: { headers } }, _reply, done) => {
      const forwardedFor = headers['x-forwarded-for'];
      if (typeof forwardedFor === 'string') headers['x-forwarded-for'] = withoutPorts(forwardedFor);
      done();
    });
  }
  const { requestMs: limitMs, checkMs } = limits;
  endStuckConnections(adapter.getInstance().server, { limitMs, checkMs });
  return adapter;
}

function writeFrameworkError(error: Error, request: FastifyRequest, reply: FastifyReply): void {
  const problem = asProblem(error);
  void reply
    .status(problem.status)
    .headers({ ...API_HEADERS, ...problemHeaders(problem), [REQUEST_ID_HEADER]: request.id })
    .send(problemBody(problem, { url: request.url, requestId: request.id }));
}
