import { PROBLEMS, type ProblemCode } from './problem-catalogue';
import type { FieldErrorDto, UpstreamErrorDto } from './problem.dto';

/** Optional members of a problem. */
export interface ProblemExtras {
  readonly errors?: readonly FieldErrorDto[];
  readonly upstream?: UpstreamErrorDto;
  readonly runId?: string;
  readonly connectionId?: string;
  /** Sent as `Retry-After`, rounded up to whole seconds. */
  readonly retryAfterMs?: number;
  /** Additional response headers, with names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** An error for the caller. A filter writes it as problem details (RFC 9457). */
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

/** Maximum number of field errors in one response. */
export const MAX_FIELD_ERRORS = 100;
/** Maximum number of field names in the detail. */
const MAX_FIELDS_IN_DETAIL = 10;

/** The problem for one or more invalid fields; only the first {@link MAX_FIELD_ERRORS} errors are reported. */
export function validationFailed(errors: readonly FieldErrorDto[]): ProblemException {
  const reported = errors.slice(0, MAX_FIELD_ERRORS);
  return new ProblemException('validation-failed', invalidFields(errors), { errors: reported });
}

function invalidFields(errors: readonly FieldErrorDto[]): string {
  const fields = [...new Set(errors.map((error) => error.field))];
  const named = fields.slice(0, MAX_FIELDS_IN_DETAIL).join(', ');
  if (fields.length === 1) return `1 field is invalid: ${named}.`;
  const rest = fields.length > MAX_FIELDS_IN_DETAIL ? ', …' : '';
  if (errors.length > MAX_FIELD_ERRORS)
    return `More than ${MAX_FIELD_ERRORS} errors, the first ${MAX_FIELD_ERRORS} are listed: ${named}${rest}.`;
  return `${fields.length} fields are invalid: ${named}${rest}.`;
}

/** The problem for a body that cannot be read. */
export function malformedBody(detail: string): ProblemException {
  return new ProblemException('malformed-body', detail);
}

/**
 * @param allowed the methods of the path
 * @param hint a sentence about the operation that was probably meant
 */
export function methodNotAllowed(
  method: string,
  allowed: readonly string[],
  hint?: string,
): ProblemException {
  const allow = allowed.join(', ');
  const refusal = `This path takes ${allow}, not ${method}.`;
  return new ProblemException('method-not-allowed', hint ? `${refusal} ${hint}` : refusal, {
    headers: { allow },
  });
}
