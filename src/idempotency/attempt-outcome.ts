import type { ProblemCode } from '../api/problem/problem-catalogue';

/**
 * What an answer says of the attempt that it ends:
 * - `final`: success, or a refusal that another try would meet again
 * - `unsent`: nothing was changed and nothing was sent that could; the key may be used again
 * - `failed`: Airbyte was asked and failed; whatever it did, it is over
 * - `unknown`: it may have been done, or may yet be
 * - `still-in-doubt`: an earlier attempt was looked for and not found
 */
export type AttemptOutcome = 'final' | 'unsent' | 'failed' | 'unknown' | 'still-in-doubt';

const OUTCOMES: Partial<Record<ProblemCode, AttemptOutcome>> = {
  'validation-failed': 'unsent',
  'malformed-request': 'unsent',
  'malformed-body': 'unsent',
  // What is not there now may be there for the next try.
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

/** @param code of the problem that was answered; null for anything else. */
export function classifyAnswer(status: number, code: string | null): AttemptOutcome {
  const known = code === null ? undefined : OUTCOMES[code as ProblemCode];
  if (known) return known;
  return status < 500 ? 'final' : 'unknown';
}
