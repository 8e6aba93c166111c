import type { components } from './schema.js';

/** Problem details as in RFC 9457. Switch on `code`. */
export type Problem = components['schemas']['Problem'];
export type ProblemCode = components['schemas']['ProblemCode'];

/** The gateway refused the request or could not carry it out. */
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

  get status(): number {
    return this.problem.status;
  }

  /** Finds the request in the log of the gateway. */
  get requestId(): string {
    return this.problem.requestId;
  }
}

/** Narrows an error to a problem, of this code if one is given. Knows those of other copies of this package too. */
export function isProblem(error: unknown, code?: ProblemCode): error is ProblemError {
  const isOne = error instanceof Error && error.name === 'ProblemError' && 'problem' in error;
  return isOne && (code === undefined || (error as ProblemError).code === code);
}

/** The run did not end within the time limit. It continues. */
export class WaitTimeoutError extends Error {
  override readonly name = 'WaitTimeoutError';

  constructor(readonly run: components['schemas']['Run']) {
    super(`run ${run.runId} is still ${run.status}`);
  }
}

/** The response is not one of this API: a proxy in between, or another server, sent it. */
export class UnexpectedAnswerError extends Error {
  override readonly name = 'UnexpectedAnswerError';

  constructor(
    readonly status: number,
    /** The start of the body. */
    readonly excerpt = '',
    /** When to try again, in milliseconds, where the response has a `Retry-After`. */
    readonly retryAfterMs: number | null = null,
    /** Why the response is not one of this API, where more is known than its body. */
    reason = excerpt === '' ? 'it has no body' : `it begins with: ${excerpt}`,
  ) {
    super(`the answer with status ${status} is not from the Airbyte Ingestion API; ${reason}`);
  }
}

/** The body of a response is larger than `maxResponseBytes`. The rest of it was not read. */
export class ResponseTooLargeError extends Error {
  override readonly name = 'ResponseTooLargeError';

  constructor(
    readonly status: number,
    readonly maxBytes: number,
  ) {
    super(
      `the answer with status ${status} has more than ${maxBytes} bytes; ask for less, or raise maxResponseBytes`,
    );
  }
}

/** There is no usable key, so nothing was sent. `cause` is the error of the key function, if it threw. */
export class CredentialError extends Error {
  override readonly name = 'CredentialError';

  constructor(reason: string, options?: ErrorOptions) {
    super(`no usable key: ${reason}`, options);
  }
}

/** The connection failed before a whole answer arrived; `cause` is the error of `fetch`. */
export class NoAnswerError extends TypeError {
  override readonly name = 'NoAnswerError';

  constructor(override readonly cause: unknown) {
    super(`the gateway did not answer: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

/** The call did not end within its time limit. A change may have been made. */
export class CallTimeoutError extends Error {
  override readonly name = 'CallTimeoutError';

  constructor(readonly timeoutMs: number) {
    super(`the gateway did not answer within ${timeoutMs} ms`);
  }
}
