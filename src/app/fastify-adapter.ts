import { FastifyAdapter } from '@nestjs/platform-fastify';
import { type FastifyBaseLogger, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { asProblem } from '../api/problem/as-problem';
import { problemBody, problemHeaders } from '../api/problem/problem-body';
import { withoutPorts } from '../http/client-address';
import { writeClientError } from '../http/client-errors';
import { REQUEST_ID_HEADER, requestIdOf } from '../http/request-id';
import { API_HEADERS } from '../http/security-headers';
import { OpenConnections } from '../http/connections/open-connections';

const BODY_LIMIT_BYTES = 100_000;
/** Path parameters may be longer than any id, so that the validation of ids reports the error. */
const MAX_PARAM_LENGTH = 4096;

/** Time limits for slow clients. */
export interface ClientLimits {
  readonly headersMs: number;
  /** Limit for receiving a complete request, and for a client that does not read its response. */
  readonly requestMs: number;
  /** Interval between checks for slow clients. */
  readonly checkMs: number;
}

const CLIENT_LIMITS: ClientLimits = { headersMs: 15_000, requestMs: 30_000, checkMs: 5000 };

/** Creates the Fastify adapter. Errors of Fastify and of the HTTP parser also get a problem response (RFC 9457). */
export function createFastifyAdapter(
  logger: FastifyBaseLogger,
  limits: ClientLimits = CLIENT_LIMITS,
  trustedProxies: readonly string[] = [],
): FastifyAdapter {
  const adapter = new FastifyAdapter({
    loggerInstance: logger,
    // app-setup.ts writes one line per request.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: limits.requestMs,
    http: {
      headersTimeout: limits.headersMs,
      connectionsCheckingInterval: limits.checkMs,
      // raw-http-guards.ts checks the Host header, so that the error is a problem response.
      requireHostHeader: false,
    },
    // At shutdown, the gateway answers requests on open connections and then closes the connections.
    return503OnClosing: false,
    ...(trustedProxies.length > 0 && { trustProxy: [...trustedProxies] }),
    genReqId: requestIdOf,
    // The gateway uses no Express middleware.
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
  adapter.getInstance().decorateRequest('problemCode', null);
  const openConnections = new OpenConnections(adapter.getInstance().server);
  openConnections.closeStalled({ limitMs: limits.requestMs, checkMs: limits.checkMs });
  adapter.getInstance().decorate('openConnections', openConnections);
  return adapter;
}

export function writeFrameworkError(error: Error, request: FastifyRequest, reply: FastifyReply): void {
  const problem = asProblem(error);
  request.problemCode = problem.code;
  if (problem.code === 'internal-error') request.log.error({ err: problem.extras.cause }, problem.message);
  void reply
    .status(problem.status)
    .headers({ ...API_HEADERS, ...problemHeaders(problem), [REQUEST_ID_HEADER]: request.id })
    .send(problemBody(problem, { url: request.url, requestId: request.id }));
}
