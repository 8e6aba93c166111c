/** Ranges and names of cron fields. */

export interface Field {
  /** Name of the field in messages. */
  readonly label: string;
  readonly min: number;
  readonly max: number;
  /** Number of distinct values; ranges wrap around by it. */
  readonly size: number;
  /** Names in ascending order; the first stands for `firstName`. */
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
/** Quartz weekdays: 1 is Sunday, 7 is Saturday. */
export const QUARTZ_WEEKDAY: Field = { ...numbers('day of week', 1, 7), names: WEEKDAY_NAMES, firstName: 1 };
/** Unix weekdays: 0 and 7 are Sunday, 6 is Saturday. */
export const UNIX_WEEKDAY: Field = {
  ...numbers('day of week', 0, 7),
  size: 7,
  names: WEEKDAY_NAMES,
  firstName: 0,
};
/** Years that Airbyte's first validation (cron-utils) accepts. */
export const YEAR = numbers('year', 1970, 2099);

/** Number of a name, case-insensitive; undefined for other text. */
export function numberOfName(name: string, field: Field): number | undefined {
  const index = field.names.indexOf(name.toUpperCase());
  return index < 0 ? undefined : index + field.firstName;
}
