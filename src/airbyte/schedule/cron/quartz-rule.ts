/**
 * Parses Quartz expressions as Quartz 2.3.2 does, to compute the firings of any stored expression. More lenient
 * than the validation of callers' expressions: it ignores the same parts as Quartz.
 */
import {
  DAY_OF_MONTH,
  type Field,
  HOUR,
  MINUTE,
  MONTH,
  numberOfName,
  QUARTZ_WEEKDAY,
  SECOND,
  YEAR,
} from './field';
import { type Item, parseItem, valuesOf } from './item';
import { type CronRule, type DayRule, maskOf, nextTable } from './rule';

/** Quartz accepts years beyond the range of cron-utils. */
const QUARTZ_YEAR: Field = { ...YEAR, max: 2199, size: 230 };

function inRange(item: Item, field: Field): boolean {
  const bounds = [item.from, item.to].filter((bound) => bound !== null);
  const backwards = field === QUARTZ_YEAR && item.from && item.to && item.to.value < item.from.value;
  return !backwards && item.step !== 0 && bounds.every((b) => b.value >= field.min && b.value <= field.max);
}

/** Quartz ignores a step after a name and rejects a range of a name and a number. */
function asQuartzReads(item: Item): Item | null {
  if (item.to && item.from && item.to.named !== item.from.named) return null;
  return item.from?.named ? { ...item, step: null } : item;
}

function fieldValues(text: string, field: Field): Set<number> | null {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const parsed = parseItem(part, field);
    const item = parsed && inRange(parsed, field) ? asQuartzReads(parsed) : null;
    if (!item) return null;
    for (const value of valuesOf(item, field)) values.add(value);
  }
  return values;
}

function special(text: string, pattern: RegExp): string[] | null {
  const match = pattern.exec(text);
  return match ? match.slice(1).map((group: string | undefined) => group ?? '') : null;
}

function lastDayRule(text: string): DayRule | null {
  const last = special(text, /^L(?:-([0-9]+))?(W?)$/i);
  if (!last) return null;
  const daysBefore = Number(last[0] ?? 0);
  return daysBefore > 30 ? null : { kind: 'lastDay', daysBefore, nearestWeekday: last[1] !== '' };
}

/** With several days, Quartz applies `W` to the smallest. */
function nearestWeekdayRule(text: string): DayRule | null {
  if (!/^[0-9]+W?(,[0-9]+W?)*$/i.test(text) || !/W/i.test(text)) return null;
  const days = fieldValues(text.replace(/W/gi, ''), DAY_OF_MONTH);
  return days ? { kind: 'nearestWeekday', day: Math.min(...days) } : null;
}

function dayOfMonthRule(text: string): DayRule | null {
  const rule = lastDayRule(text) ?? nearestWeekdayRule(text);
  if (rule) return rule;
  const values = fieldValues(text, DAY_OF_MONTH);
  return values && { kind: 'dayOfMonth', mask: maskOf(values) };
}

function weekdayNumber(text: string): number | null {
  const value = /^[0-9]+$/.test(text) ? Number(text) : numberOfName(text, QUARTZ_WEEKDAY);
  return value !== undefined && value >= 1 && value <= 7 ? value : null;
}

function weekdayRule(text: string): DayRule | null {
  if (/^L$/i.test(text)) return { kind: 'weekday', mask: 1 << 7 };
  const last = special(text, /^([0-9]+|[A-Z]{3})L$/i);
  if (last) {
    const weekday = weekdayNumber(last[0] ?? '');
    return weekday === null ? null : { kind: 'lastWeekday', weekday };
  }
  const nth = special(text, /^([0-9]+|[A-Z]{3})#0*([1-5])$/i);
  if (nth) {
    const weekday = weekdayNumber(nth[0] ?? '');
    return weekday === null ? null : { kind: 'nthWeekday', weekday, nth: Number(nth[1]) };
  }
  const values = fieldValues(text, QUARTZ_WEEKDAY);
  return values && { kind: 'weekday', mask: maskOf(values) };
}

function dayRule(dayOfMonth: string, weekday: string): DayRule | null {
  if ((dayOfMonth === '?') === (weekday === '?')) return null;
  return weekday === '?' ? dayOfMonthRule(dayOfMonth) : weekdayRule(weekday);
}

function yearsOf(text: string | undefined): ReadonlySet<number> | null | undefined {
  if (text === undefined || text === '*') return null;
  return fieldValues(text, QUARTZ_YEAR) ?? undefined;
}

/** Rule of six or seven fields; null if Quartz rejects them. */
export function quartzRule(fields: readonly string[]): CronRule | null {
  const [second, minute, hour, dayOfMonth, month, weekday, year] = fields;
  if (fields.length > 7 || weekday === undefined) return null;
  const seconds = fieldValues(second ?? '', SECOND);
  const minutes = fieldValues(minute ?? '', MINUTE);
  const hours = fieldValues(hour ?? '', HOUR);
  const months = fieldValues(month ?? '', MONTH);
  const days = dayRule(dayOfMonth ?? '', weekday);
  const years = yearsOf(year);
  if (!seconds || !minutes || !hours || !months || !days || years === undefined) return null;
  return {
    seconds: nextTable(seconds, 59),
    minutes: nextTable(minutes, 59),
    hours: nextTable(hours, 23),
    days,
    months: maskOf(months),
    years,
  };
}
