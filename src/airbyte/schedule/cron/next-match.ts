/** Next wall-clock time of a rule, computed from its fields and not by stepping. */
import { DAY_MS, dayNumber, packedDate } from './civil';
import { firingDays } from './month-days';
import type { CronRule, NextTable } from './rule';

/** A rule without a firing in this period never fires, because the calendar repeats within it. */
const HORIZON_YEARS = 100;
const NO_TIME = -1;

function at(table: NextTable, index: number): number {
  return table[index] ?? -1;
}

/** First time of day in seconds at or after `from`; -1 if there is none. */
function timeOfDay(rule: CronRule, from: number): number {
  const hour = Math.floor(from / 3600);
  const minute = Math.floor((from % 3600) / 60);
  const nextHour = at(rule.hours, hour);
  if (nextHour === hour) {
    const nextMinute = at(rule.minutes, minute);
    if (nextMinute === minute) {
      const second = at(rule.seconds, from % 60);
      if (second >= 0) return hour * 3600 + minute * 60 + second;
    }
    const laterMinute = nextMinute === minute ? at(rule.minutes, minute + 1) : nextMinute;
    if (laterMinute >= 0) return hour * 3600 + laterMinute * 60 + at(rule.seconds, 0);
  }
  const laterHour = nextHour === hour ? at(rule.hours, hour + 1) : nextHour;
  return laterHour < 0 ? NO_TIME : laterHour * 3600 + at(rule.minutes, 0) * 60 + at(rule.seconds, 0);
}

function lowestBit(mask: number): number {
  return 31 - Math.clz32(mask & -mask);
}

/** First firing day, as a day number, on or after the date; null if there is none. */
function firingDay(rule: CronRule, year: number, month: number, day: number): number | null {
  const lastYear = year + HORIZON_YEARS;
  let earliest = day;
  for (let y = year, m = month; y <= lastYear; y++, m = 1) {
    if (rule.years && !rule.years.has(y)) {
      earliest = 1;
      continue;
    }
    for (; m <= 12; m++) {
      if ((rule.months >> m) & 1 && earliest <= 31) {
        const mask = firingDays(rule.days, y, m) & (-1 << earliest);
        if (mask !== 0) return dayNumber(y, m, lowestBit(mask));
      }
      earliest = 1;
    }
  }
  return null;
}

/**
 * First matching wall-clock second at or after `fromMs`; null if there is none. Wall-clock times are ms since
 * 1970 as if the clock ran in UTC.
 */
export function firstMatch(rule: CronRule, fromMs: number): number | null {
  const today = Math.floor(fromMs / DAY_MS);
  const packed = packedDate(today);
  const year = Math.floor(packed / 512);
  const month = (packed >> 5) & 15;
  const day = packed & 31;
  const found = firingDay(rule, year, month, day);
  if (found === null) return null;
  if (found === today) {
    const time = timeOfDay(rule, Math.ceil((fromMs - today * DAY_MS) / 1000));
    if (time >= 0) return today * DAY_MS + time * 1000;
    const later = firingDay(rule, year, month, day + 1);
    return later === null ? null : later * DAY_MS + timeOfDay(rule, 0) * 1000;
  }
  return found * DAY_MS + timeOfDay(rule, 0) * 1000;
}
