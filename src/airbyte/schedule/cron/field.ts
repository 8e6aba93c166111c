/** The fields of cron expressions: their ranges and the names that stand for numbers in them. */

export interface Field {
  /** What the field is called in messages. */
  readonly label: string;
  readonly min: number;
  readonly max: number;
  /** How many different values there are: a range that runs past the end goes on this much earlier. */
  readonly size: number;
  /** Names in the order of their numbers, the first standing for `firstName`. */
  readonly names: readonly string[];
  readonly firstName: number;
}

const MONTH_NAMES = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAY_NAMES = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

function numbers(label: string, min: number, max: number): Field {
  return { label, min, max, size: max - min + 1, names: [], firstName: 0 };
}

export const SECOND = numbers('second', 0, 59);
export const MINUTE = numbers('minute', 0, 59);
export const HOUR = numbers('hour', 0, 23);
export const DAY_OF_MONTH = numbers('day of month', 1, 31);
export const MONTH: Field = { ...numbers('month', 1, 12), names: MONTH_NAMES, firstName: 1 };
/** Quartz counts the days of the week from 1, Sunday. */
export const QUARTZ_WEEKDAY: Field = { ...numbers('day of week', 1, 7), names: WEEKDAY_NAMES, firstName: 1 };
/** Unix cron counts them from 0, Sunday, which is 7 as well. */
export const UNIX_WEEKDAY: Field = {
  ...numbers('day of week', 0, 7),
  size: 7,
  names: WEEKDAY_NAMES,
  firstName: 0,
};
/** The years that Airbyte's first check (cron-utils) lets pass. */
export const YEAR = numbers('year', 1970, 2099);

/** The number that a name stands for in the field, whatever its case; undefined for other words. */
export function numberOfName(name: string, field: Field): number | undefined {
  const index = field.names.indexOf(name.toUpperCase());
  return index < 0 ? undefined : index + field.firstName;
}
