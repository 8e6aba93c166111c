import type { EarlierAttempt } from '../../common/http/request-context';
import { ProblemException } from '../../common/problem/problem.exception';

/**
 * To be called when nothing was found of an earlier attempt.
 * @throws ProblemException `outcome-in-doubt` while Airbyte may yet finish it
 */
export function requireMayRepeat(attempt: EarlierAttempt): void {
  if (attempt.mayRepeat) return;
  throw new ProblemException(
    'outcome-in-doubt',
    'An earlier attempt got no answer and Airbyte may yet finish it. Send this again, with the same Idempotency-Key, to learn what came of it.',
    { retryAfterMs: attempt.retryAfterMs },
  );
}
