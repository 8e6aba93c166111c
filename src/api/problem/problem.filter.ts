import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { asProblem } from './as-problem';
import { problemBody, problemHeaders } from './problem-body';
import { PROBLEMS } from './problem-catalogue';
import { methodNotAllowed, ProblemException } from './problem.exception';

/** Without the detail: it may hold words of a body, the caller's or Airbyte's. `errorId` leads to Airbyte's own log. */
function describe({ code, extras: { upstream } }: ProblemException): Record<string, unknown> {
  return {
    code,
    ...(upstream?.status && { upstreamStatus: upstream.status }),
    ...(upstream?.errorId && { errorId: upstream.errorId }),
  };
}

/** Adds what the request shows of the way out. */
function withWayOut(problem: ProblemException, request: FastifyRequest): ProblemException {
  const { code, extras } = problem;
  if (code === 'unsupported-media-type') {
    const received = request.headers['content-type'];
    if (received === undefined || problem.detail.includes('announced')) return problem;
    const shown = JSON.stringify(received.slice(0, 100));
    return new ProblemException(code, `The body was sent as ${shown}. ${problem.detail}`, extras);
  }
  return code === 'route-not-found' ? orOtherMethods(problem, request) : problem;
}

/** A path that is there for other methods is not unknown (RFC 9110, 15.5.6). */
function orOtherMethods(
  problem: ProblemException,
  { method, url, server }: FastifyRequest,
): ProblemException {
  const methods = server.methodsAt(url);
  // With this method too: then it was the route itself that found nothing.
  if (methods.length > 0) return methods.includes(method) ? problem : methodNotAllowed(method, methods);
  const nearest = server.nearestRoute(url);
  if (nearest === undefined) return problem;
  return new ProblemException(
    problem.code,
    `No operation has this path. The nearest one is ${nearest}. GET /docs lists them all.`,
    problem.extras,
  );
}

/** Writes every error as problem details. Only faults of our own reach the log as errors. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const problem = withWayOut(asProblem(error), request);
    if (problem.code === 'internal-error') request.log.error({ err: problem.extras.cause }, problem.message);
    else request.log.info(describe(problem), PROBLEMS[problem.code].title);
    if (reply.sent) return;
    void reply
      .status(problem.status)
      .headers(problemHeaders(problem))
      .send(problemBody(problem, { url: request.url, requestId: request.id }));
  }
}
