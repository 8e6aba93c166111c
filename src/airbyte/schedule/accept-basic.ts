/** Validates basic intervals. */
import { type BasicInterval, basicTimingOf, DEFAULT_INTERVAL } from './basic/interval';
import { intervalMinutes, nearestCronIntervals, parseBasicTiming, unitsFor } from './basic/interval';
import { guessInterval } from './phrases';
import type { Refusal } from './schedule-types';

function refuse(reason: string, hint: string): Refusal {
  return { ok: false, faults: [{ field: 'basicTiming', reason, hint }] };
}

function choice(intervals: readonly BasicInterval[]): string {
  if (intervals.length === 0) return 'use scheduleType manual';
  return `write ${intervals.map((kept) => `"${basicTimingOf(kept)}"`).join(' or ')}`;
}

/** Limits of the embedded Airbyte, and of what RFC 3339 can date. */
const MAX_UNITS = 100_000;
const MAX_MINUTES = 100 * 366 * 1440;

export interface BasicLimits {
  readonly minIntervalMinutes: number;
  /** Whether Airbyte can store intervals that no cron expression keeps. */
  readonly anyInterval: boolean;
}

/** Parses a basic timing (default `Every 24 HOURS`), or explains why it cannot be stored. */
export function acceptBasic(
  timing: string | null,
  { minIntervalMinutes, anyInterval }: BasicLimits,
): { ok: true; interval: BasicInterval } | Refusal {
  const interval = timing === null ? DEFAULT_INTERVAL : parseBasicTiming(timing);
  if (!interval) {
    const reason = 'the basic timing is not understood';
    const meant = guessInterval(timing ?? '');
    if (!meant)
      return refuse(reason, 'write "Every <n> <MINUTES|HOURS|DAYS|WEEKS>", such as "Every 6 HOURS"');
    const isKept =
      intervalMinutes(meant) >= minIntervalMinutes &&
      (unitsFor(meant).length > 0 || (anyInterval && !isTooLong(meant)));
    return refuse(reason, choice(isKept ? [meant] : nearestCronIntervals(meant, minIntervalMinutes)));
  }
  if (intervalMinutes(interval) < minIntervalMinutes) {
    const reason = `"${basicTimingOf(interval)}" is more often than every ${String(minIntervalMinutes)} minutes`;
    return refuse(reason, choice(nearestCronIntervals(interval, minIntervalMinutes)));
  }
  if (unitsFor(interval).length > 0) return { ok: true, interval };
  if (anyInterval && isTooLong(interval)) {
    const reason = `"${basicTimingOf(interval)}" is longer than 100 years or has more than ${String(MAX_UNITS)} units`;
    return refuse(reason, 'write a shorter interval in larger units, or use scheduleType manual');
  }
  if (anyInterval) return { ok: true, interval };
  const reason = `no cron expression keeps "${basicTimingOf(interval)}", which Airbyte would need for it`;
  const monthly =
    interval.unit === 'MONTHS' ? ', or scheduleType cron with "0 2 1 * *" for once a month' : '';
  return refuse(reason, choice(nearestCronIntervals(interval, minIntervalMinutes)) + monthly);
}

function isTooLong(interval: BasicInterval): boolean {
  return interval.units > MAX_UNITS || intervalMinutes(interval) > MAX_MINUTES;
}
