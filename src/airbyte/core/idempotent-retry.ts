import type { EarlierAttempt } from '../../http/request-context';
import { ProblemException } from '../../api/problem/problem.exception';

/**
 * Call if an earlier attempt was not found.
 * @throws ProblemException `outcome-in-doubt` while Airbyte may yet finish it
 */
export function assertRetryAllowed(attempt: EarlierAttempt): void {
  if (attempt.retryAllowed) return;
  throw new ProblemException(
    'outcome-in-doubt',
    'Airbyte did not answer an earlier attempt and may still complete it. Repeat the request with the same Idempotency-Key to get the result.',
    { retryAfterMs: attempt.retryAfterMs },
  );
}

/** A retry that can neither be answered nor sent again. The problem is permanent. */
export function ambiguousCreation(): ProblemException {
  return new ProblemException(
    'outcome-in-doubt',
    'An earlier attempt got no answer, and an ingestion like this one exists that it may have made: the clocks of Airbyte and of ' +
      'this gateway do not decide it. Look at GET /ingestion. To create another one, use a new Idempotency-Key.',
  );
}
