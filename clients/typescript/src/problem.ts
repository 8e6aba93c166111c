import type { components } from './schema';

/** Problem details as in RFC 9457; `code` is what to switch on. */
export type Problem = components['schemas']['Problem'];
export type ProblemCode = components['schemas']['ProblemCode'];

/** What the gateway refused or could not do. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';

  constructor(
    readonly problem: Problem,
    /** When to try again, in milliseconds, where the gateway said so. */
    readonly retryAfterMs: number | null,
  ) {
    const fields = (problem.errors ?? []).map(({ field, reason }) => `${field} ${reason}`);
    super([`${problem.code}: ${problem.detail}`, ...fields].join('; '));
  }

  get code(): ProblemCode {
    return this.problem.code;
  }
}

/** Narrows an error to a problem, of this code if one is given. */
export function isProblem(error: unknown, code?: ProblemCode): error is ProblemError {
  return error instanceof ProblemError && (code === undefined || error.code === code);
}

/** What came is no answer of this API: a proxy in between, or another server. */
export class UnexpectedAnswerError extends Error {
  override readonly name = 'UnexpectedAnswerError';

  constructor(readonly status: number) {
    super(`the answer with status ${status} is none of the Airbyte Ingestion API`);
  }
}

/** The error that an answer stands for. */
export function errorOf(response: Response, body: unknown): ProblemError | UnexpectedAnswerError {
  if (!isProblemBody(response, body)) return new UnexpectedAnswerError(response.status);
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new ProblemError(body, Number.isFinite(retryAfter) ? retryAfter * 1000 : null);
}

function isProblemBody(response: Response, body: unknown): body is Problem {
  const type = response.headers.get('content-type') ?? '';
  return (
    type.startsWith('application/problem+json') && typeof body === 'object' && body !== null && 'code' in body
  );
}
