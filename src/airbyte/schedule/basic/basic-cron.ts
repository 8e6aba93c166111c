/**
 * The cron expression that keeps a basic interval. Its second is spelled `00000`, which no other schedule of ours
 * is; leading zeros on the number that holds the interval say in which unit it was sent.
 */
import { type BasicInterval, intervalMinutes, UNIT_MINUTES, unitsFor } from './interval';

export type { BasicInterval } from './interval';

/** The minute in UTC from which intervals are counted; `weekday` as Quartz counts, 1 for Sunday. */
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
 * An expression that fires one interval after the anchor's minute and so on; null for intervals that no cron
 * expression keeps. Minutes and hours are counted from the anchor, so a firing falls on the anchor itself.
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

/** `zeros` stand before the number that carries the unit. Minutes, hours, days and weeks, in this order. */
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

/** The interval and anchor that an expression may keep; the caller makes sure by building it again. */
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
