/** Firing days of one month as a bit mask: bit `n` is day `n`. */
import { dayNumber, daysInMonth, weekdayOf } from './civil';
import type { DayRule } from './rule';

const SATURDAY = 7;
const SUNDAY = 1;

/**
 * Nearest weekday as in Quartz 2.3.2 (CronExpression.getTime). Stays within the month, but may return day 31 of
 * a 30-day month; callers drop such days.
 */
function nearestWeekday(day: number, firstWeekday: number, lastDay: number): number {
  const weekday = ((firstWeekday - 1 + day - 1) % 7) + 1;
  if (weekday === SATURDAY) return day === 1 ? day + 2 : day - 1;
  if (weekday === SUNDAY) return day === lastDay ? day - 2 : day + 1;
  return day;
}

function oneDay(day: number, lastDay: number): number {
  return day >= 1 && day <= lastDay ? 1 << day : 0;
}

function weekdayMask(weekdays: number, firstWeekday: number, lastDay: number): number {
  let mask = 0;
  for (
    let day = 1, weekday = firstWeekday;
    day <= lastDay;
    day++, weekday = weekday === 7 ? 1 : weekday + 1
  ) {
    if ((weekdays >> weekday) & 1) mask |= 1 << day;
  }
  return mask;
}

function monthMask(rule: DayRule, firstWeekday: number, lastDay: number): number {
  switch (rule.kind) {
    case 'dayOfMonth':
      return rule.mask & (lastDay === 31 ? -1 : (1 << (lastDay + 1)) - 1);
    case 'weekday':
      return weekdayMask(rule.mask, firstWeekday, lastDay);
    case 'lastDay': {
      const day = lastDay - rule.daysBefore;
      if (day < 1) return 0;
      return oneDay(rule.nearestWeekday ? nearestWeekday(day, firstWeekday, lastDay) : day, lastDay);
    }
    case 'nearestWeekday':
      return oneDay(nearestWeekday(rule.day, firstWeekday, lastDay), lastDay);
    case 'nthWeekday':
      return oneDay(1 + ((rule.weekday - firstWeekday + 7) % 7) + (rule.nth - 1) * 7, lastDay);
    case 'lastWeekday': {
      const first = 1 + ((rule.weekday - firstWeekday + 7) % 7);
      return oneDay(first + Math.floor((lastDay - first) / 7) * 7, lastDay);
    }
  }
}

/** Firing days of a month; 0 if there are none. */
export function firingDays(rule: DayRule, year: number, month: number): number {
  const lastDay = daysInMonth(year, month);
  if (rule.kind === 'dayOfMonth') return monthMask(rule, 1, lastDay);
  return monthMask(rule, weekdayOf(dayNumber(year, month, 1)), lastDay);
}
