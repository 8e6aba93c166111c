import { ProblemException } from '../api/problem/problem.exception';

const RETRY_MS = 2000;

export function requestInProgress(): ProblemException {
  return new ProblemException(
    'request-in-progress',
    'The same request is being carried out. Send it again to get its answer.',
    { retryAfterMs: RETRY_MS },
  );
}

export function keyReused(): ProblemException {
  return new ProblemException(
    'idempotency-key-reused',
    'This Idempotency-Key was sent with another path or body. A new request needs a new key.',
  );
}

export function storeUnavailable(cause: unknown): ProblemException {
  return new ProblemException(
    'idempotency-unavailable',
    'Nothing was done. Try again, or send the request without an Idempotency-Key if it may be done twice.',
    { retryAfterMs: RETRY_MS, cause },
  );
}

const SHARE_RETRY_MS = 60_000;

export function shareExhausted(cause: unknown): ProblemException {
  return new ProblemException(
    'idempotency-unavailable',
    'Nothing was done. This caller has too many requests whose outcome is unknown. Send these again with their ' +
      'Idempotency-Keys first, or wait.',
    { retryAfterMs: SHARE_RETRY_MS, cause },
  );
}
