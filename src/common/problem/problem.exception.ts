import { PROBLEMS, type ProblemCode } from './problem.catalogue';
import type { FieldErrorDto, UpstreamErrorDto } from './problem.dto';

/** What a problem says beyond its kind. */
export interface ProblemExtras {
  readonly errors?: readonly FieldErrorDto[];
  readonly upstream?: UpstreamErrorDto;
  readonly runId?: string;
  /** Answered as `Retry-After`, rounded up to whole seconds. */
  readonly retryAfterMs?: number;
  /** Further headers of the answer, names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** The only exception that the application throws on purpose: one filter writes it as RFC 9457 problem details. */
export class ProblemException extends Error {
  readonly status: number;

  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    readonly extras: ProblemExtras = {},
  ) {
    super(`${code}: ${detail}`, { cause: extras.cause });
    this.name = 'ProblemException';
    this.status = PROBLEMS[code].status;
  }
}

/** More are of no use to a caller, and an answer must not grow with the request. */
export const MAX_ERRORS = 100;

/** The problem for one or more offending fields; it names the first {@link MAX_ERRORS}. */
export function validationFailed(all: readonly FieldErrorDto[]): ProblemException {
  const errors = all.slice(0, MAX_ERRORS);
  const fields = [...new Set(errors.map((error) => error.field))];
  const named = fields.join(', ');
  return new ProblemException('validation-failed', detailOf(fields.length, named, all.length > MAX_ERRORS), {
    errors,
  });
}

function detailOf(count: number, named: string, hasMore: boolean): string {
  if (hasMore) return `More than ${MAX_ERRORS} errors; the first ${MAX_ERRORS} are in: ${named}.`;
  return count === 1 ? `1 field is invalid: ${named}.` : `${count} fields are invalid: ${named}.`;
}

/** @param allowed the methods that the path takes. */
export function methodNotAllowed(method: string, allowed: readonly string[]): ProblemException {
  const allow = allowed.join(', ');
  return new ProblemException('method-not-allowed', `This path takes ${allow}, not ${method}.`, {
    headers: { allow },
  });
}
