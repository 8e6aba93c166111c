import type { AirbyteError } from '../model/airbyte-errors';
import type { Safety } from '../model/operation';

const INITIAL_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 2_000;
/** Minimum time for a retry in ms; with less time left it is not made. */
const MIN_ATTEMPT_MS = 50;
/**
 * Time that an unreachable Airbyte is retried: long enough for a restart, short enough to report an outage
 * soon.
 */
const MAX_UNREACHABLE_MS = 1_000;
/** Airbyte also answers 500 to permanent errors, such as an id that is not a UUID. */
const MAX_ATTEMPTS_ON_500 = 3;

export interface FailedAttempt {
  readonly error: AirbyteError;
  readonly safety: Safety;
  /** Attempts made so far. */
  readonly attempt: number;
  /** Time since the start of the call. */
  readonly elapsedMs: number;
  /** Time until the deadline. */
  readonly remainingMs: number;
  /** In [0, 1). */
  readonly random: number;
}

/**
 * Decides whether and when a failed call is retried.
 * @returns ms to wait, or null to give up
 */
export function retryDelayMs(failed: FailedAttempt): number | null {
  if (!isRetryable(failed) || !isSafe(failed.error, failed.safety)) return null;
  const { retryAfterMs, details } = failed.error;
  // A new connection shows at once whether only the old one was closed.
  const delayMs = details.mayBeStale ? 0 : (retryAfterMs ?? backoffMs(failed.attempt, failed.random));
  const isDown = failed.error.kind === 'unreachable' && failed.elapsedMs + delayMs > MAX_UNREACHABLE_MS;
  if (isDown) return null;
  return delayMs + MIN_ATTEMPT_MS <= failed.remainingMs ? delayMs : null;
}

/** Exponential backoff with equal jitter (50 %), against synchronized retries. */
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
      // A call that finds the circuit open fails at once; a call that saw Airbyte fail may wait for it.
      return attempt > 1;
    default:
      return false;
  }
}

/** Whether a retry cannot repeat the effect. A 429 means that nothing was done. */
function isSafe(error: AirbyteError, safety: Safety): boolean {
  if (safety === 'read' || !error.sent || error.kind === 'rate_limited') return true;
  return safety === 'idempotent' && (error.kind === 'unavailable' || error.kind === 'dropped');
}
