/** Smallest gap between firings, computed from the fields and not from the next firings. */
import { daysInMonth } from './civil';
import { firingDays } from './month-days';
import type { CronRule, NextTable } from './rule';

const DAY_MINUTES = 1440;
const YEARS_AHEAD = 100;

function members(table: NextTable, max: number): number[] {
  const values: number[] = [];
  for (let value = table[0] ?? -1; value >= 0 && value <= max; value = table[value + 1] ?? -1)
    values.push(value);
  return values;
}

function smallestStep(values: readonly number[]): number {
  let smallest = Infinity;
  values.forEach((value, index) => {
    const next = values[index + 1];
    if (next !== undefined) smallest = Math.min(smallest, next - value);
  });
  return smallest;
}

function firesOnAdjacentDays(rule: CronRule, fromYear: number): boolean {
  let endedOnLastDay = false;
  for (let year = fromYear; year <= fromYear + YEARS_AHEAD; year++) {
    for (let month = 1; month <= 12; month++) {
      const fires = (rule.months >> month) & 1 && (!rule.years || rule.years.has(year));
      const days = fires ? firingDays(rule.days, year, month) : 0;
      if ((days & (days >>> 1)) !== 0 || (endedOnLastDay && (days & 2) !== 0)) return true;
      endedOnLastDay = ((days >>> daysInMonth(year, month)) & 1) === 1;
    }
  }
  return false;
}

/** Smallest wall-clock gap between two firings in minutes, at most 1440. */
export function smallestGapMinutes(rule: CronRule, from: Date): number {
  const minutes = members(rule.minutes, 59);
  const hours = members(rule.hours, 23);
  const [firstMinute = 0] = minutes;
  const lastMinute = minutes.at(-1) ?? 0;
  const withinDay = Math.min(smallestStep(minutes), smallestStep(hours) * 60 - lastMinute + firstMinute);
  const first = (hours[0] ?? 0) * 60 + firstMinute;
  const last = (hours.at(-1) ?? 0) * 60 + lastMinute;
  const acrossMidnight = DAY_MINUTES - last + first;
  const mayBeCloser = acrossMidnight < Math.min(withinDay, DAY_MINUTES);
  if (mayBeCloser && firesOnAdjacentDays(rule, from.getUTCFullYear())) return acrossMidnight;
  return Math.min(withinDay, DAY_MINUTES);
}
