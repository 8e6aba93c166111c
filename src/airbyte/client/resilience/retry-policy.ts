import type { AirbyteError } from '../model/airbyte-errors';
import type { Safety } from '../model/operation';

const INITIAL_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 2_000;
/** A later attempt gets at least this long, or is not made at all. */
const MIN_ATTEMPT_MS = 50;
/** An Airbyte that restarts is back within a moment; one that is gone should be known at once. */
const MAX_UNREACHABLE_MS = 1_000;
/** Airbyte answers 500 to faults that repeating cannot cure, such as an id that is no UUID. */
const MAX_ATTEMPTS_ON_500 = 3;

export interface FailedAttempt {
  readonly error: AirbyteError;
  readonly safety: Safety;
  /** Attempts made so far. */
  readonly attempt: number;
  /** Since the call began. */
  readonly elapsedMs: number;
  /** What is left of the budget. */
  readonly remainingMs: number;
  /** From 0 to below 1. */
  readonly random: number;
}

/**
 * Whether to try again, and after how long.
 *
 * @returns milliseconds to wait, or null to give up
 */
export function retryDelayMs(failed: FailedAttempt): number | null {
  if (!isRetryable(failed) || !isSafe(failed.error, failed.safety)) return null;
  const delayMs = failed.error.retryAfterMs ?? backoffMs(failed.attempt, failed.random);
  const isDown = failed.error.kind === 'unreachable' && failed.elapsedMs + delayMs > MAX_UNREACHABLE_MS;
  if (isDown) return null;
  return delayMs + MIN_ATTEMPT_MS <= failed.remainingMs ? delayMs : null;
}

/** Half of it is chance, so that callers who failed together do not come back together. */
export function backoffMs(attempt: number, random: number): number {
  const ceiling = Math.min(MAX_BACKOFF_MS, INITIAL_BACKOFF_MS * 2 ** (attempt - 1));
  return ceiling / 2 + (ceiling / 2) * random;
}

function isRetryable({ error, attempt }: FailedAttempt): boolean {
  switch (error.kind) {
    case 'rate_limited':
    case 'unavailable':
    case 'unreachable':
    case 'dropped':
    case 'timeout':
      return true;
    case 'failed':
      return attempt < MAX_ATTEMPTS_ON_500;
    case 'circuit_open':
      // A call that finds the circuit open fails at once; one that saw Airbyte fail may wait for it.
      return attempt > 1;
    default:
      return false;
  }
}

/** Could repeating do harm? A 429 is an answer: nothing was done. */
function isSafe(error: AirbyteError, safety: Safety): boolean {
  if (safety === 'read' || !error.sent || error.kind === 'rate_limited') return true;
  return safety === 'idempotent' && (error.kind === 'unavailable' || error.kind === 'dropped');
}
