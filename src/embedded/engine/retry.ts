import type { Failure } from '../store/failure';

/** Limits and delays of retries. */
export interface RetryPolicy {
  /** Consecutive attempts without progress before the job fails. */
  readonly maxWithoutProgress: number;
  /** Attempts in total. */
  readonly maxAttempts: number;
  /** Delay after a number of consecutive failures. */
  readonly delayMs: (failuresInRow: number) => number;
}

/** Exponential backoff, starting at twice the given delay, up to two minutes. */
export function retryPolicy(firstDelayMs: number): RetryPolicy {
  return {
    maxWithoutProgress: 5,
    maxAttempts: 20,
    delayMs: (failuresInRow) => Math.min(120_000, firstDelayMs * 2 ** failuresInRow),
  };
}

/** Whether to retry. A configuration error needs a change by the user. */
export function mayRetry(
  policy: RetryPolicy,
  failure: Failure,
  failuresInRow: number,
  attempts: number,
): boolean {
  return (
    failure.type !== 'config_error' &&
    failuresInRow < policy.maxWithoutProgress &&
    attempts < policy.maxAttempts
  );
}
