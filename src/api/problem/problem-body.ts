import { PROBLEMS } from './problem-catalogue';
import type { ProblemDto } from './problem.dto';
import { ProblemException } from './problem.exception';

const PROBLEM_CONTENT_TYPE = 'application/problem+json; charset=utf-8';

/** The request in which a problem occurred. */
export interface ProblemContext {
  readonly url: string;
  readonly requestId: string;
}

/** RFC 9457 body of a problem. */
export function problemBody(problem: ProblemException, context: ProblemContext): ProblemDto {
  return {
    type: `/problems/${problem.code}`,
    title: PROBLEMS[problem.code].title,
    status: problem.status,
    detail: problem.detail,
    instance: pathOf(context.url),
    code: problem.code,
    requestId: context.requestId,
    ...(problem.extras.errors && { errors: [...problem.extras.errors] }),
    ...(problem.extras.runId !== undefined && { runId: problem.extras.runId }),
    ...(problem.extras.connectionId !== undefined && { connectionId: problem.extras.connectionId }),
    ...(problem.extras.upstream && { upstream: problem.extras.upstream }),
  };
}

export function problemHeaders(problem: ProblemException): Record<string, string> {
  const { retryAfterMs, headers } = problem.extras;
  return {
    ...headers,
    'content-type': PROBLEM_CONTENT_TYPE,
    'cache-control': 'no-store',
    ...(retryAfterMs !== undefined && { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) }),
  };
}

/**
 * The first 256 characters of the path, without the query, which may contain secrets. Characters that a URI reference may
 * not contain are escaped (RFC 3986 §2).
 */
function pathOf(url: string): string {
  const path = (url.split('?', 1)[0] ?? '/').slice(0, 256);
  return path.replace(/%(?![\dA-Fa-f]{2})|[^\w.~!$&'()*+,;=:@/%-]/gu, (character) =>
    encodeURIComponent(character),
  );
}
