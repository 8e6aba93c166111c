/**
 * Represents a basic interval as a cron expression. Its second is `00000`, which no other schedule of the
 * gateway has; leading zeros of the number that contains the interval encode the unit.
 */
import { type BasicInterval, intervalMinutes, UNIT_MINUTES, unitsFor } from './interval';

export type { BasicInterval } from './interval';

/** Start of the intervals, in UTC. `weekday` counts as in Quartz: 1 is Sunday. */
export interface Anchor {
  readonly minute: number;
  readonly hour: number;
  readonly weekday: number;
}

const BASIC_SECOND = '00000';
const HOUR_MINUTES = 60;
const DAY_MINUTES = 1440;

export function anchorAt(now: Date): Anchor {
  return { minute: now.getUTCMinutes(), hour: now.getUTCHours(), weekday: now.getUTCDay() + 1 };
}

/**
 * Expression that fires at the anchor plus multiples of the interval; null if no cron expression can represent
 * it.
 */
export function basicCron(interval: BasicInterval, anchor: Anchor): string | null {
  const unitPlace = unitsFor(interval).indexOf(interval.unit);
  if (unitPlace < 0) return null;
  const padded = (value: number): string => '0'.repeat(unitPlace) + String(value);
  const minutes = intervalMinutes(interval);
  const minute = String(anchor.minute);
  const hour = String(anchor.hour);
  if (minutes < HOUR_MINUTES)
    return `${BASIC_SECOND} ${String(anchor.minute % minutes)}/${padded(minutes)} * * * ?`;
  if (minutes < DAY_MINUTES) {
    const hours = minutes / HOUR_MINUTES;
    return `${BASIC_SECOND} ${minute} ${String(anchor.hour % hours)}/${padded(hours)} * * ?`;
  }
  if (minutes === DAY_MINUTES) return `${BASIC_SECOND} ${minute} ${padded(anchor.hour)} * * ?`;
  return `${BASIC_SECOND} ${minute} ${hour} ? * ${padded(anchor.weekday)}`;
}

/** Patterns for minutes, hours, days and weeks. `zeros` encode the unit. */
const SHAPES: readonly { pattern: RegExp; unitMinutes: number }[] = [
  { pattern: /^(?<minute>[0-9]{1,2})\/(?<zeros>0*)(?<units>[1-9][0-9]?) \* \* \* \?$/, unitMinutes: 1 },
  {
    pattern: /^(?<minute>[0-9]{1,2}) (?<hour>[0-9]{1,2})\/(?<zeros>0*)(?<units>[1-9][0-9]?) \* \* \?$/,
    unitMinutes: HOUR_MINUTES,
  },
  {
    pattern: /^(?<minute>[0-9]{1,2}) (?<zeros>0*)(?<hour>0|[1-9][0-9]?) \* \* \?$/,
    unitMinutes: DAY_MINUTES,
  },
  {
    pattern: /^(?<minute>[0-9]{1,2}) (?<hour>[0-9]{1,2}) \? \* (?<zeros>0*)(?<weekday>[1-7])$/,
    unitMinutes: 7 * DAY_MINUTES,
  },
];

/** Interval and anchor of an expression; the caller verifies them by building the expression again. */
export function readBasicCron(fields: readonly string[]): { interval: BasicInterval; anchor: Anchor } | null {
  if (fields[0] !== BASIC_SECOND) return null;
  const rest = fields.slice(1).join(' ');
  for (const { pattern, unitMinutes } of SHAPES) {
    const groups: Record<string, string | undefined> | undefined = pattern.exec(rest)?.groups;
    if (!groups) continue;
    const minutes = Number(groups['units'] ?? 1) * unitMinutes;
    const unit = unitsFor({ units: minutes, unit: 'MINUTES' })[groups['zeros']?.length ?? 0];
    if (!unit) return null;
    const anchor = {
      minute: Number(groups['minute'] ?? 0),
      hour: Number(groups['hour'] ?? 0),
      weekday: Number(groups['weekday'] ?? 1),
    };
    return { interval: { units: minutes / UNIT_MINUTES[unit], unit }, anchor };
  }
  return null;
}
