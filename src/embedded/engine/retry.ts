import type { Failure } from '../store/jobs';

/** When and how often a failed attempt is repeated. */
export interface RetryPolicy {
  /** Attempts in a row that brought nothing, before the job fails. */
  readonly maxWithoutProgress: number;
  /** Attempts in all. */
  readonly maxAttempts: number;
  /** How long to wait after so many failures in a row. */
  readonly delayMs: (failuresInRow: number) => number;
}

/** Waits that double from twice the given time, up to two minutes. */
export function retryPolicy(firstDelayMs: number): RetryPolicy {
  return {
    maxWithoutProgress: 5,
    maxAttempts: 20,
    delayMs: (failuresInRow) => Math.min(120_000, firstDelayMs * 2 ** failuresInRow),
  };
}

/** Whether another attempt may help: never for what the user must mend. */
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
