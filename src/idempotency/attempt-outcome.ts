import type { ProblemCode } from '../api/problem/problem-catalogue';

/**
 * Outcome of an attempt according to its response:
 * - `final`: success, or an error that a retry would get again
 * - `unsent`: no change was sent; the key can be used again
 * - `failed`: Airbyte failed and will not continue
 * - `unknown`: Airbyte may have carried out the change, or may still do so
 * - `still-in-doubt`: an earlier attempt was looked up and not found
 */
export type AttemptOutcome = 'final' | 'unsent' | 'failed' | 'unknown' | 'still-in-doubt';

const OUTCOMES: Partial<Record<ProblemCode, AttemptOutcome>> = {
  'validation-failed': 'unsent',
  'malformed-request': 'unsent',
  'malformed-body': 'unsent',
  // A missing resource may exist at the next attempt.
  'ingestion-not-found': 'unsent',
  'run-not-found': 'unsent',
  'reference-not-found': 'unsent',
  'airbyte-rejected-credentials': 'unsent',
  'airbyte-unreachable': 'unsent',
  'airbyte-unavailable': 'unsent',
  'airbyte-timeout': 'unsent',
  'airbyte-failed': 'failed',
  'airbyte-misbehaved': 'failed',
  'outcome-in-doubt': 'still-in-doubt',
};

/** @param code the code of the problem in the response, or null */
export function classifyAnswer(status: number, code: string | null): AttemptOutcome {
  const known = code === null ? undefined : OUTCOMES[code as ProblemCode];
  if (known) return known;
  return status < 500 ? 'final' : 'unknown';
}
