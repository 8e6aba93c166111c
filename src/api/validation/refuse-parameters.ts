import { validationFailed } from '../problem/problem.exception';

/**
 * For operations without query parameters that would do the wrong thing if they ignored one.
 * @param hints hints for parameters that callers are known to send
 * @throws ProblemException `validation-failed` that names every parameter
 */
export function refuseParameters(query: unknown, hints: Readonly<Record<string, string>>): void {
  const names = Object.keys(query ?? {});
  if (names.length === 0) return;
  throw validationFailed(
    names.map((field) => ({
      field,
      reason: 'is not a known parameter',
      hint:
        (Object.hasOwn(hints, field) ? hints[field] : undefined) ??
        'Remove it. This operation takes no parameters.',
    })),
  );
}
