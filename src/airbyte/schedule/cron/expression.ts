/** Parses and validates cron expressions in both dialects, field by field. */
import { DAY_OF_MONTH, numberOfName, QUARTZ_WEEKDAY, UNIX_WEEKDAY as UNIX_WEEKDAY_FIELD } from './field';
import { plainSpelling, type FieldFault, type FieldForm } from './field-form';
import { quartzReaders } from './quartz-fields';
import { isStar, unixReaders } from './unix-to-quartz';
import { encodeSpelling } from './spelling-codec';

export type Dialect = 'unix' | 'quartz';

export interface CronExpression {
  readonly dialect: Dialect;
  /** As sent, with single spaces. */
  readonly text: string;
  /** Five, six or seven parsed fields. */
  readonly forms: readonly FieldForm[];
}

export type ExpressionReading =
  { ok: true; expression: CronExpression } | { ok: false; faults: FieldFault[] };

const UNIX_DAY_OF_MONTH = 2;
const UNIX_WEEKDAY = 4;
const QUARTZ_DAY_OF_MONTH = 3;
const QUARTZ_DAY_OF_WEEK = 5;

function withFields(fields: readonly string[], replaced: Record<number, string>): string {
  return fields.map((field, index) => replaced[index] ?? field).join(' ');
}

function unixDayFault(fields: readonly string[]): FieldFault | null {
  if (fields[UNIX_DAY_OF_MONTH] === '*' || fields[UNIX_WEEKDAY] === '*') return null;
  const byDate = withFields(fields, { [UNIX_WEEKDAY]: '*' });
  const byWeekday = withFields(fields, { [UNIX_DAY_OF_MONTH]: '*' });
  const nth = nthWeekday(fields);
  return {
    reason:
      'day of month and day of week are both restricted: Unix cron fires when either matches, which Quartz cannot express',
    hint:
      nth === null
        ? `make two ingestions, "${byDate}" and "${byWeekday}", or keep one of the two`
        : `for that weekday of each month write "${nth}" in Quartz form`,
  };
}

/** Quartz form of a weekday in one week of the month: `0 2 1-7 * MON` means the first Monday. */
function nthWeekday([minute = '', hour = '', dates = '', month = '', weekday = '']: readonly string[]):
  string | null {
  const nth = ['1-7', '8-14', '15-21', '22-28'].indexOf(dates) + 1;
  const number =
    numberOfName(weekday.toUpperCase(), UNIX_WEEKDAY_FIELD) ??
    (/^[0-7]$/.test(weekday) ? Number(weekday) : null);
  if (nth === 0 || number === null) return null;
  const name = UNIX_WEEKDAY_FIELD.names[number % 7];
  return name === undefined ? null : `0 ${minute} ${hour} ? ${month} ${name}#${String(nth)}`;
}

/** Callers who write six fields with an extra `*` often count weekdays from Monday. */
function weekdayWarning(weekday: string): string {
  if (!/[0-9]/.test(weekday)) return '';
  return ', but in Quartz 1 is Sunday and 7 is Saturday: better name the days, such as MON-FRI';
}

function quartzDayHint(fields: readonly string[], dayOfMonth: string, weekday: string): string {
  const everyDay = withFields(fields, { [QUARTZ_DAY_OF_MONTH]: '*', [QUARTZ_DAY_OF_WEEK]: '?' });
  const byDate = withFields(fields, { [QUARTZ_DAY_OF_WEEK]: '?' });
  const byWeekday = withFields(fields, { [QUARTZ_DAY_OF_MONTH]: '?' });
  if (dayOfMonth === '?' || (dayOfMonth === '*' && weekday === '*'))
    return `write "${everyDay}" for every day`;
  if (dayOfMonth === '*') return `write "${byWeekday}"${weekdayWarning(weekday)}`;
  if (weekday === '*') return `write "${byDate}"`;
  return `make two ingestions, "${byDate}" and "${byWeekday}", or keep one of the two`;
}

function quartzDayFault(fields: readonly string[]): FieldFault | null {
  const dayOfMonth = fields[QUARTZ_DAY_OF_MONTH] ?? '';
  const weekday = fields[QUARTZ_DAY_OF_WEEK] ?? '';
  if ((dayOfMonth === '?') !== (weekday === '?')) return null;
  return {
    reason: `exactly one of ${DAY_OF_MONTH.label} and ${QUARTZ_WEEKDAY.label} must be ? in Quartz`,
    hint: quartzDayHint(fields, dayOfMonth, weekday),
  };
}

/** With a year, Airbyte requires the minute to be one integer. */
function minuteFault(fields: readonly string[]): FieldFault | null {
  const [, minute = '', , , , , year] = fields;
  if (year === undefined || year === '*' || /^[0-9]+$/.test(minute)) return null;
  return {
    reason: `with a year Airbyte takes one minute only, not "${minute}"`,
    hint: `leave the year out: "${fields.slice(0, 6).join(' ')}", or write one minute`,
  };
}

function acrossFieldsHint(isUnix: boolean): string {
  return isUnix
    ? 'restrict the day of month or the day of week, and write * for the other'
    : 'write ? for the day of month or the day of week, and a single minute or no year';
}

/** Faults between fields that are valid by themselves. */
function acrossFields(fields: readonly string[], wrong: ReadonlySet<number>): FieldFault[] {
  const unix = fields.length === 5;
  const days = unix ? [UNIX_DAY_OF_MONTH, UNIX_WEEKDAY] : [QUARTZ_DAY_OF_MONTH, QUARTZ_DAY_OF_WEEK];
  const dayFault = days.some((index) => wrong.has(index))
    ? null
    : (unix ? unixDayFault : quartzDayFault)(fields);
  const faults = [dayFault, unix || wrong.has(1) ? null : minuteFault(fields)].filter(
    (fault) => fault !== null,
  );
  // These hints contain the whole expression, which would be rejected again for its other faults.
  return wrong.size === 0 && faults.length <= 1
    ? faults
    : faults.map(({ reason }) => ({ reason, hint: acrossFieldsHint(unix) }));
}

/** Parses five fields (Unix) or six to seven (Quartz). The caller rejects other counts. */
export function readExpression(fields: readonly string[]): ExpressionReading {
  const dialect = fields.length === 5 ? 'unix' : 'quartz';
  const readers = dialect === 'unix' ? unixReaders : quartzReaders;
  const forms: FieldForm[] = [];
  const faults = new Map<number, FieldFault>();
  fields.forEach((words, index) => {
    const reading = readers[index]?.(words);
    if (reading?.ok) forms.push(reading.form);
    else if (reading) faults.set(index, reading.fault);
  });
  const all = [...faults.values(), ...acrossFields(fields, new Set(faults.keys()))];
  return all.length > 0
    ? { ok: false, faults: all }
    : { ok: true, expression: { dialect, text: fields.join(' '), forms } };
}

/** Whether the year is `*`, which has no effect and is not sent. */
export function hasStarYear(expression: CronExpression): boolean {
  return expression.forms[6]?.text === '*';
}

function quartzFields(
  expression: CronExpression,
  spell: (form: FieldForm, index: number) => string,
): string[] {
  const fields = expression.forms.map(spell);
  if (expression.dialect === 'quartz') return fields.slice(0, hasStarYear(expression) ? 6 : 7);
  const anyWeekday = expression.forms[UNIX_WEEKDAY];
  if (anyWeekday && isStar(anyWeekday)) fields[UNIX_WEEKDAY] = '?';
  else fields[UNIX_DAY_OF_MONTH] = '?';
  return ['0', ...fields];
}

/** Quartz fields with the same meaning, without encoded text. */
export function plainFields(expression: CronExpression): string[] {
  return quartzFields(expression, plainSpelling);
}

/** Quartz fields for Airbyte, before the second is encoded. */
export function storedFields(expression: CronExpression): string[] {
  const readers = expression.dialect === 'unix' ? unixReaders : quartzReaders;
  return quartzFields(expression, (form, index) => {
    const read = readers[index];
    return read ? encodeSpelling(form, read) : form.text;
  });
}
