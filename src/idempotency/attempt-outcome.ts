import type { ProblemCode } from '../api/problem/problem-catalogue';
import type { ProblemSummary } from '../api/problem/problem-summary';

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

/**
 * A proxy or another version of Airbyte may answer a change with these, and the next attempt may succeed. They never become
 * the stored answer.
 */
const UNCERTAIN_REFUSALS: readonly (number | null)[] = [401, 403, 404];

/** @param problem the problem in the response, or null */
export function classifyAnswer(status: number, problem: ProblemSummary | null): AttemptOutcome {
  const known = problem === null ? undefined : OUTCOMES[problem.code as ProblemCode];
  if (known) return known;
  if (UNCERTAIN_REFUSALS.includes(problem?.upstreamStatus ?? null)) return 'failed';
  return status < 500 ? 'final' : 'unknown';
}
