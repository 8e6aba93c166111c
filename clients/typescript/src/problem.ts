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

/** The answer is not from this API: a proxy in between, or another server, sent it. */
export class UnexpectedAnswerError extends Error {
  override readonly name = 'UnexpectedAnswerError';

  constructor(
    readonly status: number,
    /** The start of the body. */
    readonly excerpt = '',
    /** When to try again, in milliseconds, where the answer has a `Retry-After`. */
    readonly retryAfterMs: number | null = null,
  ) {
    const body = excerpt === '' ? 'it has no body' : `it begins with: ${excerpt}`;
    super(`the answer with status ${status} is not from the Airbyte Ingestion API; ${body}`);
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

const EXCERPT_LENGTH = 200;

/**
 * The answer, if it is one of this API, after its whole body has arrived.
 * @throws ProblemError, UnexpectedAnswerError
 */
export async function checked(method: string, response: Response): Promise<Response> {
  const text = await response.clone().text();
  const body = parsed(text);
  if (response.ok && (method === 'DELETE' ? response.status === 204 : isObject(body))) return response;
  const retryAfterMs = retryAfterMsOf(response.headers.get('retry-after'));
  if (!response.ok && isProblemBody(response, body)) throw new ProblemError(body, retryAfterMs);
  const excerpt = text
    .slice(0, 4 * EXCERPT_LENGTH)
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, EXCERPT_LENGTH);
  throw new UnexpectedAnswerError(response.status, excerpt, retryAfterMs);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // not JSON, so not an answer of this API
  }
}

/** `Retry-After` is a number of seconds or a date. */
function retryAfterMsOf(header: string | null): number | null {
  if (header === null || header.trim() === '') return null;
  const seconds = Number(header);
  const durationMs = Number.isNaN(seconds) ? Date.parse(header) - Date.now() : seconds * 1000;
  return Number.isFinite(durationMs) ? Math.max(0, durationMs) : null;
}

function isObject(body: unknown): body is Record<string, unknown> {
  return typeof body === 'object' && body !== null && !Array.isArray(body);
}

function isProblemBody(response: Response, body: unknown): body is Problem {
  const type = response.headers.get('content-type') ?? '';
  if (!type.startsWith('application/problem+json') || !isObject(body)) return false;
  const { code, detail, status, errors = [] } = body;
  return (
    typeof code === 'string' &&
    typeof detail === 'string' &&
    typeof status === 'number' &&
    (errors === null || (Array.isArray(errors) && errors.every(isObject)))
  );
}
