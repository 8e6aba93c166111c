import type { Days, Quartz } from './quartz';

/** The limit of Quartz. */
const YEARS_AHEAD = 100;

interface TimeOfDay {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const MIDNIGHT: TimeOfDay = { hour: 0, minute: 0, second: 0 };

/** The first firing strictly after an instant, in UTC, or null when there is none within a century. */
export function nextFiring(schedule: Quartz, after: Date): Date | null {
  const start = new Date(Math.floor(after.getTime() / 1000) * 1000 + 1000);
  const firstYear = start.getUTCFullYear();
  const firstMonth = start.getUTCMonth() + 1;
  for (let year = firstYear; year <= firstYear + YEARS_AHEAD; year++) {
    if (schedule.years !== null && !schedule.years.has(year)) continue;
    for (let month = year === firstYear ? firstMonth : 1; month <= 12; month++) {
      if (!schedule.months.has(month)) continue;
      const found = firstInMonth(schedule, year, month, start);
      if (found !== null) return found;
    }
  }
  return null;
}

function firstInMonth(schedule: Quartz, year: number, month: number, start: Date): Date | null {
  const isStartMonth = year === start.getUTCFullYear() && month === start.getUTCMonth() + 1;
  const startDay = isStartMonth ? start.getUTCDate() : 0;
  for (const day of daysOf(schedule.days, year, month)) {
    if (day < startDay) continue;
    const time = firstTime(schedule, day === startDay ? timeOf(start) : MIDNIGHT);
    if (time !== null) return new Date(Date.UTC(year, month - 1, day, time.hour, time.minute, time.second));
  }
  return null;
}

function timeOf(date: Date): TimeOfDay {
  return { hour: date.getUTCHours(), minute: date.getUTCMinutes(), second: date.getUTCSeconds() };
}

/** The first time of day at or after `from`. */
function firstTime({ hours, minutes, seconds }: Quartz, from: TimeOfDay): TimeOfDay | null {
  for (const hour of hours) {
    if (hour < from.hour) continue;
    for (const minute of minutes) {
      if (hour === from.hour && minute < from.minute) continue;
      const same = hour === from.hour && minute === from.minute;
      const second = seconds.find((value) => !same || value >= from.second);
      if (second !== undefined) return { hour, minute, second };
    }
  }
  return null;
}

/** The firing days of one month, ascending. */
function daysOf(days: Days, year: number, month: number): number[] {
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const weekdayOf = (day: number): number => new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1;
  const all = Array.from({ length: last }, (_, index) => index + 1);
  switch (days.kind) {
    case 'days':
      return all.filter((day) => days.days.has(day));
    case 'weekdays':
      return all.filter((day) => days.weekdays.has(weekdayOf(day)));
    case 'lastWeekday':
      return all.filter((day) => weekdayOf(day) === days.weekday && day + 7 > last);
    case 'nthWeekday':
      return all.filter((day) => weekdayOf(day) === days.weekday && Math.ceil(day / 7) === days.nth);
    case 'last': {
      const day = last - days.offset;
      if (day < 1) return [];
      return [days.weekday ? nearestWeekday(day, last, weekdayOf(day)) : day];
    }
    case 'nearestWeekday':
      return days.day > last ? [] : [nearestWeekday(days.day, last, weekdayOf(days.day))];
  }
}

/** The nearest working day in the same month; weekdays count from 1 for Sunday. */
function nearestWeekday(day: number, last: number, weekday: number): number {
  if (weekday === 7) return day === 1 ? 3 : day - 1;
  if (weekday === 1) return day === last ? day - 2 : day + 1;
  return day;
}
