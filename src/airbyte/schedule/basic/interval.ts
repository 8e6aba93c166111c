/** Parses basic timings such as `Every 6 HOURS`, and lists the intervals that cron can represent. */

export type TimeUnit = 'MINUTES' | 'HOURS' | 'DAYS' | 'WEEKS' | 'MONTHS';

export interface BasicInterval {
  readonly units: number;
  readonly unit: TimeUnit;
}

const BASIC_TIMING = /^\s*every\s+([0-9]{1,9})\s+(minute|hour|day|week|month)s?\s*$/i;
const UNITS: readonly TimeUnit[] = ['MINUTES', 'HOURS', 'DAYS', 'WEEKS', 'MONTHS'];
/** A month is 30 days in Airbyte (ConfigFetchActivityImpl). */
export const UNIT_MINUTES: Record<TimeUnit, number> = {
  MINUTES: 1,
  HOURS: 60,
  DAYS: 1440,
  WEEKS: 10_080,
  MONTHS: 43_200,
};

export const DEFAULT_INTERVAL: BasicInterval = { units: 24, unit: 'HOURS' };

/** Parses a timing, singular or plural, in any case; null if invalid. */
export function parseBasicTiming(text: string): BasicInterval | null {
  const match = BASIC_TIMING.exec(text);
  const unit = UNITS.find((candidate) => candidate === `${(match?.[2] ?? '').toUpperCase()}S`);
  const units = Number(match?.[1] ?? 0);
  return unit && units > 0 ? { units, unit } : null;
}

/** Formats an interval as Airbyte does. */
export function basicTimingOf(interval: BasicInterval): string {
  return `Every ${String(interval.units)} ${interval.unit}`;
}

export function intervalMinutes(interval: BasicInterval): number {
  return interval.units * UNIT_MINUTES[interval.unit];
}

export function sameInterval(a: BasicInterval, b: BasicInterval): boolean {
  return intervalMinutes(a) === intervalMinutes(b) && (a.unit === 'MONTHS') === (b.unit === 'MONTHS');
}

function every(units: number, unit: TimeUnit): BasicInterval {
  return { units, unit };
}

/** Intervals that one cron expression represents exactly, also across midnight and weeks; ascending. */
const CRON_INTERVALS: readonly BasicInterval[] = [
  ...[1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30].map((units) => every(units, 'MINUTES')),
  ...[1, 2, 3, 4, 6, 8, 12, 24].map((units) => every(units, 'HOURS')),
  every(1, 'WEEKS'),
];

/**
 * Units that express the interval, such as HOURS and MINUTES for 60 minutes, in a fixed order that begins with
 * the usual one; empty if no cron expression represents the interval.
 */
export function unitsFor(interval: BasicInterval): readonly TimeUnit[] {
  if (interval.unit === 'MONTHS') return [];
  const minutes = intervalMinutes(interval);
  const usual = CRON_INTERVALS.find((kept) => intervalMinutes(kept) === minutes);
  if (!usual) return [];
  const others = UNITS.filter(
    (unit) => unit !== 'MONTHS' && unit !== usual.unit && minutes % UNIT_MINUTES[unit] === 0,
  );
  return [usual.unit, ...others.reverse()];
}

/** Nearest shorter and longer interval that cron can represent, none below the minimum. */
export function nearestCronIntervals(interval: BasicInterval, floorMinutes: number): BasicInterval[] {
  const minutes = intervalMinutes(interval);
  const allowed = CRON_INTERVALS.filter((kept) => intervalMinutes(kept) >= floorMinutes);
  const shorter = allowed.filter((kept) => intervalMinutes(kept) < minutes).at(-1);
  const longer = allowed.find((kept) => intervalMinutes(kept) > minutes);
  return [shorter, longer].filter((kept) => kept !== undefined);
}

/** Asks for the interval, or for the nearest ones that are kept and not shorter than the floor. */
export function timingHint(interval: BasicInterval, floorMinutes: number): string {
  const isKept = unitsFor(interval).length > 0 && intervalMinutes(interval) >= floorMinutes;
  const timings = isKept ? [interval] : nearestCronIntervals(interval, floorMinutes);
  if (timings.length === 0) return 'use scheduleType manual';
  return `use scheduleType basic with basicTiming ${timings.map((one) => `"${basicTimingOf(one)}"`).join(' or ')}`;
}
