import type { components } from './schema.js';

/** Problem details (RFC 9457). `code` identifies the kind of problem. */
export type Problem = components['schemas']['Problem'];
export type ProblemCode = components['schemas']['ProblemCode'];

/** The gateway refused the request or could not carry it out. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';

  constructor(
    readonly problem: Problem,
    /** Time to wait before a retry, in milliseconds, from `Retry-After`. Null without this header. */
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

  /** Id of the request in the log of the gateway. */
  get requestId(): string {
    return this.problem.requestId;
  }
}

/** Narrows an error to a problem, with this code if given. It also accepts problems of other copies of this package. */
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

/** The response does not match this API. A proxy or another server may have sent it. */
export class UnexpectedAnswerError extends Error {
  override readonly name = 'UnexpectedAnswerError';

  constructor(
    readonly status: number,
    /** The start of the body. */
    readonly excerpt = '',
    /** Time to wait before a retry, in milliseconds, from `Retry-After`. Null without this header. */
    readonly retryAfterMs: number | null = null,
    /** Reason why the response does not match. The default is the start of the body. */
    reason = excerpt === '' ? 'it has no body' : `it begins with: ${excerpt}`,
  ) {
    super(`the answer with status ${status} is not from the Airbyte Ingestion API; ${reason}`);
  }
}

/** The body of a response exceeds `maxResponseBytes`. The rest of the body was not read. */
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

/** No valid key is available, so the request was not sent. `cause` is the error of the key function, if it threw. */
export class CredentialError extends Error {
  override readonly name = 'CredentialError';

  constructor(reason: string, options?: ErrorOptions) {
    super(`no usable key: ${reason}`, options);
  }
}

/** The connection failed before the whole response arrived. `cause` is the error of `fetch`. */
export class NoAnswerError extends TypeError {
  override readonly name = 'NoAnswerError';

  constructor(override readonly cause: unknown) {
    super(`the gateway did not answer: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

/** The call did not end within its time limit. A change may have taken effect. */
export class CallTimeoutError extends Error {
  override readonly name = 'CallTimeoutError';

  constructor(readonly timeoutMs: number) {
    super(`the gateway did not answer within ${timeoutMs} ms`);
  }
}
