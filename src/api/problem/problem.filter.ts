import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { asProblem } from './as-problem';
import { problemBody, problemHeaders } from './problem-body';
import { type ProblemCode, PROBLEMS } from './problem-catalogue';
import { methodNotAllowed, ProblemException } from './problem.exception';

declare module 'fastify' {
  interface FastifyRequest {
    /** Code of the problem that the request was answered with. */
    problemCode: ProblemCode | null;
  }
}

/** Log members of a problem, without the detail, which may quote a body. `errorId` identifies the log entry of Airbyte. */
function describe({ code, extras: { upstream } }: ProblemException): Record<string, unknown> {
  return {
    code,
    ...(upstream?.status && { upstreamStatus: upstream.status }),
    ...(upstream?.errorId && { errorId: upstream.errorId }),
  };
}

/** Adds information from the request to the detail. */
function withRequestDetails(problem: ProblemException, request: FastifyRequest): ProblemException {
  const { code, extras } = problem;
  if (code === 'unsupported-media-type') {
    const received = request.headers['content-type'];
    if (received === undefined || problem.detail.includes('announced')) return problem;
    const shown = JSON.stringify(received.slice(0, 100));
    return new ProblemException(code, `The body was sent as ${shown}. ${problem.detail}`, extras);
  }
  return code === 'route-not-found' ? withKnownRoutes(problem, request) : problem;
}

/** Returns 405 if the path has other methods (RFC 9110, 15.5.6). Otherwise adds the nearest route to the 404. */
function withKnownRoutes(
  problem: ProblemException,
  { method, url, server }: FastifyRequest,
): ProblemException {
  const methods = server.methodsAt(url);
  // If the route accepts this method, its handler reported the 404.
  if (methods.length > 0) return methods.includes(method) ? problem : methodNotAllowed(method, methods);
  const nearest = server.nearestRoute(url);
  if (nearest === undefined) return problem;
  return new ProblemException(
    problem.code,
    `No operation has this path. The nearest one is ${nearest}. GET /docs lists them all.`,
    problem.extras,
  );
}

/** Writes every error as problem details. Only internal errors are logged with level error. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const problem = withRequestDetails(asProblem(error), request);
    request.problemCode = problem.code;
    if (problem.code === 'internal-error') request.log.error({ err: problem.extras.cause }, problem.message);
    else request.log.info(describe(problem), PROBLEMS[problem.code].title);
    if (reply.sent) return;
    void reply
      .status(problem.status)
      .headers(problemHeaders(problem))
      .send(problemBody(problem, { url: request.url, requestId: request.id }));
  }
}
