import { numberOf, QUARTZ_FIELDS, type CronField } from './fields';

const HELP =
  'Please check the cron expression format at https://www.quartz-scheduler.org/documentation/quartz-2.3.0/tutorials/crontrigger.html';
const FAILED = 'Failed to parse cron expression. ';

class CronSyntaxError extends Error {}

/** A parsed field: its text with names as numbers, and the numbers to check against the range. */
interface Reading {
  readonly spelling: string;
  readonly values: readonly number[];
}

/**
 * The first check of Airbyte's public API (cron-utils 9.2.1, Quartz dialect, then its own rule for seconds and minutes).
 * @param expression without a trailing UTC
 * @returns Airbyte's error message, or null
 */
export function publicApiError(expression: string): string | null {
  const parts = expression.trim().toUpperCase().split(/\s+/);
  try {
    checkSyntax(parts);
  } catch (error) {
    if (!(error instanceof CronSyntaxError)) throw error;
    return `The cron expression ${expression} is not valid. Error: ${error.message}. ${HELP}`;
  }
  // Airbyte reads the seconds as an integer, and with seven fields the minutes too.
  const integers = parts.length === 7 ? parts.slice(0, 2) : parts.slice(0, 1);
  if (integers.every((part) => /^[+-]?\d+$/.test(part))) return null;
  return `The cron expression ${expression} is not valid or is less than the one hour minimum. The seconds and minutes values cannot be \`*\`.`;
}

function checkSyntax(parts: readonly string[]): void {
  if (parts[0] === '') throw new CronSyntaxError('Empty expression!');
  if (parts[0]?.startsWith('@')) throw new CronSyntaxError('Nicknames not supported!');
  if (parts.length !== 6 && parts.length !== 7) {
    throw new CronSyntaxError(`Cron expression contains ${parts.length} parts but we expect one of [6, 7]`);
  }
  const fields = QUARTZ_FIELDS.slice(0, parts.length).map((field, index) => ({
    field,
    text: parts[index] ?? '',
  }));
  const readings = fields.map(({ field, text }) => ({ field, reading: read(text, field) }));
  for (const { field, reading } of readings) checkRange(reading, field);
  if ((parts[3] === '?') === (parts[5] === '?')) {
    const spelling = readings.map(({ reading }) => reading.spelling).join(' ');
    throw new CronSyntaxError(
      `${FAILED}Invalid cron expression: ${spelling}. Both, a day-of-week AND a day-of-month parameter, are not supported.`,
    );
  }
}

function checkRange(reading: Reading, field: CronField): void {
  const wrong = reading.values.find((value) => value < field.min || value > field.max);
  if (wrong !== undefined)
    throw new CronSyntaxError(`${FAILED}Value ${wrong} not in range [${field.min}, ${field.max}]`);
}

function read(text: string, field: CronField): Reading {
  const items = text.split(',');
  if (items.length === 1) return readItem(text, field);
  const readings = items.map((item) => readItem(item, field));
  return { spelling: readings.map((r) => r.spelling).join(','), values: readings.flatMap((r) => r.values) };
}

function readItem(text: string, field: CronField): Reading {
  if (text === '*') return { spelling: text, values: [] };
  const offset = /^L-(\d+)$/.exec(text);
  if (offset !== null && field.day) return { spelling: text, values: [] };
  if (text.includes('-')) return readRange(text, field);
  if (text.includes('/')) return readStep(text, field);
  if (text.includes('?')) return readQuestionMark(text, field);
  return readSpecial(text, field) ?? single(text, field);
}

function readQuestionMark(text: string, field: CronField): Reading {
  if (text !== '?' || !field.day) throw new CronSyntaxError(`${FAILED}Invalid expression: ${text}`);
  return { spelling: text, values: [] };
}

function readRange(text: string, field: CronField): Reading {
  const [from, to, ...rest] = text.split('-');
  if (to === undefined || rest.length > 0)
    throw new CronSyntaxError(`${FAILED}Missing values for range: ${text}`);
  if (from === undefined || from === '' || to === '') {
    throw new CronSyntaxError(
      `${FAILED}Invalid expression! Expression: ${text} does not describe a range. Negative numbers are not allowed.`,
    );
  }
  const [last = '', step] = to.split('/');
  const values = [integer(from, field), integer(last, field)];
  const suffix = step === undefined ? '' : `/${period(step, field)}`;
  return { spelling: `${values.join('-')}${suffix}`, values };
}

function readStep(text: string, field: CronField): Reading {
  const [start = '', step, ...rest] = text.split('/');
  if (step === undefined || step === '')
    throw new CronSyntaxError(`${FAILED}Missing steps for expression: ${text}`);
  if (rest.length > 0) throw new CronSyntaxError(`${FAILED}Invalid expression: ${text}`);
  const from = start === '*' || start === '' ? [] : [integer(start, field)];
  return { spelling: `${from[0] ?? '*'}/${period(step, field)}`, values: from };
}

function readSpecial(text: string, field: CronField): Reading | null {
  if (!field.day) return null;
  const monthDay = field.names.length === 0;
  if (text === 'L' || (monthDay && text === 'LW')) return { spelling: text, values: [] };
  const marked = (monthDay ? /^(\d+)([WL])$/ : /^(\d+)(L)$/).exec(text);
  if (marked !== null) return { spelling: text, values: [Number(marked[1])] };
  const [day, nth] = text.split('#');
  if (monthDay || day === undefined || nth === undefined) return null;
  const values = [integer(day, field), integer(nth, field)];
  return { spelling: values.join('#'), values };
}

function single(text: string, field: CronField): Reading {
  const value = integer(text, field);
  return { spelling: String(value), values: [value] };
}

function period(text: string, field: CronField): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(value > 0 && value <= field.max))
    throw new CronSyntaxError(`${FAILED}Period ${text} not in range [1, ${field.max}]`);
  return value;
}

function integer(text: string, field: CronField): number {
  const value = numberOf(text, field);
  if (value !== null) return value;
  const names = field.names.length === 0 ? /(?!)/ : new RegExp(`\\b(${field.names.join('|')})\\b`, 'g');
  const wrong = text
    .replace(/[#?/*0-9]/g, '')
    .replace(names, '')
    .replace(/[\s,-]/g, '');
  throw new CronSyntaxError(
    `${FAILED}Invalid chars in expression! Expression: ${text} Invalid chars: ${wrong}`,
  );
}
