/** A cron expression in the form used to compute firings. */

/** Element `i` is the smallest allowed value that is at least `i`, or -1. */
export type NextTable = Int8Array;

/** Firing days of a month. Bit `n` of a mask stands for value `n`. */
export type DayRule =
  | { readonly kind: 'dayOfMonth'; readonly mask: number }
  | { readonly kind: 'lastDay'; readonly daysBefore: number; readonly nearestWeekday: boolean }
  | { readonly kind: 'nearestWeekday'; readonly day: number }
  | { readonly kind: 'weekday'; readonly mask: number }
  | { readonly kind: 'lastWeekday'; readonly weekday: number }
  | { readonly kind: 'nthWeekday'; readonly weekday: number; readonly nth: number };

export interface CronRule {
  readonly seconds: NextTable;
  readonly minutes: NextTable;
  readonly hours: NextTable;
  readonly days: DayRule;
  /** Bit `n` stands for month `n`, 1 to 12. */
  readonly months: number;
  /** Null: every year. */
  readonly years: ReadonlySet<number> | null;
}

/** Builds the table for values from 0 to `max`. It has one extra entry, for lookups of `max + 1`. */
export function nextTable(values: Iterable<number>, max: number): NextTable {
  const table = new Int8Array(max + 2).fill(-1);
  for (const value of values) table[value] = value;
  for (let index = max; index >= 0; index--) {
    if (table[index] === -1) table[index] = table[index + 1] ?? -1;
  }
  return table;
}

export function maskOf(values: Iterable<number>): number {
  let mask = 0;
  for (const value of values) mask |= 1 << value;
  return mask;
}
