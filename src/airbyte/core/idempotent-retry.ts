import type { EarlierAttempt } from '../../http/request-context';
import { ProblemException } from '../../api/problem/problem.exception';
import { ClaimsUnavailable } from '../client/creation/creation-claims';

const CLAIMS_RETRY_MS = 2000;

/**
 * Looks for the result of an earlier attempt of a request.
 * @returns undefined if there is none and the request may be sent again
 * @throws ProblemException `outcome-in-doubt` if it must not be sent again
 */
export async function findEarlierResult<T>(
  attempt: EarlierAttempt,
  find: () => Promise<T | undefined>,
): Promise<T | undefined> {
  try {
    const found = await find();
    if (found === undefined) assertRetryAllowed(attempt);
    return found;
  } catch (error) {
    throw error instanceof ClaimsUnavailable ? undecidable(error) : error;
  }
}

/** Without claims, the result of the earlier attempt would be mistaken for that of another request. */
function undecidable(cause: ClaimsUnavailable): ProblemException {
  return new ProblemException(
    'outcome-in-doubt',
    'An earlier attempt got no answer, and the gateway cannot read from Redis at the moment which results belong to other ' +
      'requests. Repeat the request with the same Idempotency-Key to get the result.',
    { retryAfterMs: CLAIMS_RETRY_MS, cause },
  );
}

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
