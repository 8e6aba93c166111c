import type { components } from './schema.js';

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

/** Narrows an error to a problem, of this code if one is given. Knows those of other copies of this package too. */
export function isProblem(error: unknown, code?: ProblemCode): error is ProblemError {
  const isOne = error instanceof Error && error.name === 'ProblemError' && 'problem' in error;
  return isOne && (code === undefined || (error as ProblemError).code === code);
}

/** The run has not ended within the time that it was given. It goes on. */
export class WaitTimeoutError extends Error {
  override readonly name = 'WaitTimeoutError';

  constructor(readonly run: components['schemas']['Run']) {
    super(`run ${run.runId} is still ${run.status}`);
  }
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
