/** A field of a Quartz cron expression. */
export interface CronField {
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
  /** The number that the first name stands for. */
  readonly firstName: number;
  /** True for the two day fields, of which exactly one is `?`. */
  readonly day: boolean;
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
/** Quartz counts weekdays from 1 for Sunday. */
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

function field(min: number, max: number, names: readonly string[] = [], day = false): CronField {
  return { min, max, names, firstName: min, day };
}

export const SECONDS = field(0, 59);
export const MINUTES = field(0, 59);
export const HOURS = field(0, 23);
const DAYS_OF_MONTH = field(1, 31, [], true);
export const MONTHS_OF_YEAR = field(1, 12, MONTHS);
export const DAYS_OF_WEEK = field(1, 7, WEEKDAYS, true);
const YEARS = field(1970, 2099);

/** The fields of a Quartz expression in their order; the year is optional. */
export const QUARTZ_FIELDS = [
  SECONDS,
  MINUTES,
  HOURS,
  DAYS_OF_MONTH,
  MONTHS_OF_YEAR,
  DAYS_OF_WEEK,
  YEARS,
] as const;

/** The number that a token stands for, by name or by digits, or null. */
export function numberOf(token: string, of: CronField): number | null {
  const name = of.names.indexOf(token);
  if (name >= 0) return of.firstName + name;
  return /^[+-]?\d+$/.test(token) ? Number(token) : null;
}
