import { DAYS_OF_WEEK, HOURS, MINUTES, MONTHS_OF_YEAR, numberOf, SECONDS, type CronField } from './fields';

/** The firing days of a month. Quartz does not combine these kinds. */
export type Days =
  | { readonly kind: 'days'; readonly days: ReadonlySet<number> }
  | { readonly kind: 'last'; readonly offset: number; readonly weekday: boolean }
  | { readonly kind: 'nearestWeekday'; readonly day: number }
  | { readonly kind: 'weekdays'; readonly weekdays: ReadonlySet<number> }
  | { readonly kind: 'lastWeekday'; readonly weekday: number }
  | { readonly kind: 'nthWeekday'; readonly weekday: number; readonly nth: number };

/** A parsed Quartz expression. */
export interface Quartz {
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: Days;
  readonly months: ReadonlySet<number>;
  /** Null means every year. */
  readonly years: ReadonlySet<number> | null;
}

/** An expression that the scheduler rejects after it passed the first check of the API. */
export class QuartzError extends Error {
  override readonly name = 'QuartzError';
}

/** The limit of Quartz; the check of the API has a lower one. */
const LAST_YEAR = 2299;

/**
 * Reads an expression as Quartz 2.3.2 does, after the API's first check accepted it.
 * @throws QuartzError if Quartz or Airbyte's second check rejects the expression
 */
export function parseQuartz(expression: string): Quartz {
  const parts = expression.trim().toUpperCase().split(/\s+/);
  const [second = '', minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = '', year = '*'] =
    parts;
  return {
    seconds: sorted(numbers(second, SECONDS)),
    minutes: sorted(numbers(minute, MINUTES)),
    hours: sorted(numbers(hour, HOURS)),
    days: dayOfMonth === '?' ? weekDays(dayOfWeek) : monthDays(dayOfMonth),
    months: numbers(month, MONTHS_OF_YEAR),
    years:
      year === '*' ? null : numbers(year, { min: 1970, max: LAST_YEAR, names: [], firstName: 0, day: false }),
  };
}

function sorted(values: ReadonlySet<number>): number[] {
  return [...values].sort((a, b) => a - b);
}

function monthDays(text: string): Days {
  const last = /^L(?:-(\d+))?(W)?$/.exec(text);
  if (last !== null) return { kind: 'last', offset: Number(last[1] ?? 0), weekday: last[2] !== undefined };
  if (/(^|,)L/.test(text)) throw new QuartzError("'L' cannot be combined with other days of the month");
  const nearest = text.split(',').filter((item) => item.endsWith('W'));
  if (nearest.length === 0)
    return { kind: 'days', days: numbers(text, { min: 1, max: 31, names: [], firstName: 1, day: true }) };
  if (text.includes(',')) throw new QuartzError("'W' cannot be combined with other days of the month");
  return { kind: 'nearestWeekday', day: Number(text.slice(0, -1)) };
}

function weekDays(text: string): Days {
  // Alone, L is the last day of the week: Saturday.
  if (text === 'L') return { kind: 'weekdays', weekdays: new Set([7]) };
  const [day = '', nth] = text.split('#');
  if (nth !== undefined) {
    if (Number(nth) < 1 || Number(nth) > 5)
      throw new QuartzError("A number between 1 and 5 must follow the '#' option");
    return { kind: 'nthWeekday', weekday: weekday(day), nth: Number(nth) };
  }
  if (text.endsWith('L')) {
    if (text.includes(',')) throw new QuartzError("'L' cannot be combined with other days of the week");
    return { kind: 'lastWeekday', weekday: weekday(text.slice(0, -1)) };
  }
  return { kind: 'weekdays', weekdays: numbers(text, DAYS_OF_WEEK) };
}

function weekday(text: string): number {
  const value = numberOf(text, DAYS_OF_WEEK);
  if (value === null) throw new QuartzError(`Invalid day of the week: ${text}`);
  return value;
}

function numbers(text: string, field: CronField): Set<number> {
  const values = new Set<number>();
  for (const item of text.split(',')) addItem(values, item, field);
  return values;
}

function addItem(values: Set<number>, item: string, field: CronField): void {
  const [range = '', stepText] = item.split('/');
  const step = stepText === undefined ? 1 : Number(stepText);
  const [fromText = '', toText] = range.split('-');
  const everything = fromText === '*' || fromText === '';
  const from = everything ? field.min : numberOf(fromText, field);
  const open = everything || (toText === undefined && stepText !== undefined);
  const to = open ? field.max : numberOf(toText ?? fromText, field);
  if (from === null || to === null || !(step > 0)) throw new QuartzError(`Illegal characters in ${item}`);
  // Airbyte's second check cannot step through a range of weekdays that runs past Saturday.
  if (from > to && field === DAYS_OF_WEEK && step > 1)
    throw new QuartzError(`Invalid range with a step: ${item}`);
  const span = field.max - field.min + 1;
  for (let value = from; value <= (to < from ? to + span : to); value += step) {
    values.add(value > field.max ? value - span : value);
  }
}
