import type { Attempt } from '../sender/webhook-sender';
import type { Delivery } from '../webhook';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Pauses after the first attempt, the second and so on. After the last one no attempt follows. */
const RETRY_PAUSES_MS = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
] as const;

/** A webhook whose every attempt has failed for this time is disabled. Longer than all pauses together. */
export const FAILING_LIMIT_MS = 5 * 24 * HOUR_MS;

/** Part of a pause by which it is extended at random, so that receivers do not get all retries at the same time. */
const JITTER = 0.1;

/**
 * The delivery after an attempt.
 * @param random from 0 to 1
 */
export function afterAttempt(delivery: Delivery, attempt: Attempt, nowMs: number, random: number): Delivery {
  const attempts = delivery.attempts + 1;
  const { fault, statusCode, durationMs } = attempt;
  const done = { ...delivery, attempts, lastAttemptAtMs: nowMs, fault, statusCode, durationMs };
  if (fault === null) return { ...done, state: 'succeeded', dueAtMs: null };
  const pauseMs = RETRY_PAUSES_MS[attempts - 1];
  if (pauseMs === undefined || isGone(attempt) || fault === 'event_expired')
    return { ...done, state: 'failed', dueAtMs: null };
  const waitMs = Math.max(Math.round(pauseMs * (1 + JITTER * random)), attempt.retryAfterMs ?? 0);
  return { ...done, state: 'pending', dueAtMs: nowMs + waitMs };
}

/** The receiver wants nothing any more. */
export function isGone({ statusCode }: Pick<Attempt, 'statusCode'>): boolean {
  return statusCode === 410;
}
