import { validationFailed } from '../problem/problem.exception';

/**
 * Refuses every query parameter. Operations use it if ignoring a parameter would have a wrong effect.
 * @param hints hints for parameters that callers often send by mistake
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
