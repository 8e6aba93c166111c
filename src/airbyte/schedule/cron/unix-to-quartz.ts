/** Parses the five fields of a Unix (Vixie) cron expression and converts them to Quartz. */
import { DAY_OF_MONTH, type Field, HOUR, MINUTE, MONTH, UNIX_WEEKDAY } from './field';
import {
  accepted,
  ascending,
  type FieldForm,
  type FieldReader,
  type FieldReading,
  refused,
} from './field-form';
import { type Item, parseItem, valuesOf, wrapsAround } from './item';
import { longestPlainStep, unparsableItem, outOfRange } from './item-faults';

/** Minute, hour, day of month, month, day of week. */
export const UNIX_FIELDS: readonly Field[] = [MINUTE, HOUR, DAY_OF_MONTH, MONTH, UNIX_WEEKDAY];

function toQuartzWeekday(value: number): number {
  return (value % 7) + 1;
}

/**
 * Converts a Unix weekday number to Quartz and preserves its spelling: Sunday becomes 1, or 01 for 7; leading
 * zeros are doubled.
 */
function encodeWeekday(digits: string): string {
  const number = String(Number(digits));
  const zeros = (digits.length - number.length) * 2 + (number === '7' ? 1 : 0);
  return '0'.repeat(zeros) + String(toQuartzWeekday(Number(number)));
}

/** Inverse of `encodeWeekday`; null for other spellings. */
function decodeWeekday(digits: string): string | null {
  const number = Number(digits);
  const zeros = digits.length - String(number).length;
  if (number < 1 || number > 7) return null;
  if (number > 1) return zeros % 2 === 0 ? '0'.repeat(zeros / 2) + String(number - 1) : null;
  return '0'.repeat(Math.floor(zeros / 2)) + (zeros % 2 === 0 ? '0' : '7');
}

const WEEKDAY_BOUND = /^([0-9]+)(?:-([0-9]+))?$/;

function plainWeekday(text: string): string {
  const match = WEEKDAY_BOUND.exec(text);
  if (!match) return text;
  const [, from = '', to] = match;
  return to === undefined ? encodeWeekday(from) : `${encodeWeekday(from)}-${encodeWeekday(to)}`;
}

/** Whether both of Airbyte's libraries read the item as Unix cron does, apart from weekday numbers. */
function isPlain(item: Item, field: Field, alone: boolean): boolean {
  if (!item.from) return item.step === null ? alone : item.step <= longestPlainStep(field);
  if (item.to && item.to.named !== item.from.named) return false;
  // In Unix, 0-7 is a whole week; in Quartz it would be only Sunday.
  if (field === UNIX_WEEKDAY && item.to?.value === 7 && item.from.value === 0) return false;
  if (item.step === null) return true;
  const stepsStayInOrder = !wrapsAround(item) && item.step <= longestPlainStep(field);
  return stepsStayInOrder && !item.from.named && field !== UNIX_WEEKDAY;
}

function quartzOnly(words: string, field: Field): FieldReading | null {
  if (words === '?')
    return refused(`"?" in the ${field.label} belongs to Quartz`, 'write * in a Unix expression');
  const special = /^(?:L|LW|L-[0-9]+|[0-9]+W|(?:[0-9]|[A-Z]{3})(?:L|#[0-9]))$/i.test(words);
  if (!special) return null;
  return refused(
    `"${words}" in the ${field.label} belongs to Quartz`,
    'write the whole expression in Quartz form: six fields that begin with the second, such as "0 0 2 L * ?"',
  );
}

function readItem(text: string, field: Field): Item | FieldReading {
  const item = parseItem(text, field);
  if (!item) return quartzOnly(text, field) ?? { ok: false, fault: unparsableItem(text, field) };
  const fault = outOfRange(item, field, field.size);
  if (fault) return { ok: false, fault };
  if (item.from && !item.to && item.step !== null) {
    const [start = ''] = text.split('/');
    return refused(
      `the ${field.label} "${text}" has a step without a range`,
      `write ${start}-${String(field.min + field.size - 1)}/${String(item.step)}`,
    );
  }
  return item;
}

function readUnixField(words: string, field: Field): FieldReading {
  const texts = words.split(',');
  const values: number[] = [];
  let plain: string[] | null = [];
  for (const text of texts) {
    const item = readItem(text, field);
    if ('ok' in item) return item;
    values.push(...valuesOf(item, field));
    plain = plain && isPlain(item, field, texts.length === 1) ? [...plain, text] : null;
  }
  if (field !== UNIX_WEEKDAY) {
    return accepted({ text: words, values: ascending(values), plain: plain?.join(',') ?? null });
  }
  const weekdays = ascending(values.map(toQuartzWeekday));
  return accepted({ text: words, values: weekdays, plain: plain?.map(plainWeekday).join(',') ?? null });
}

/** Parsers of the five fields in order. */
export const unixReaders: readonly FieldReader[] = UNIX_FIELDS.map(
  (field) => (words) => readUnixField(words, field),
);

/** Original text of a plain Quartz field; null if no Unix field has this form. */
export function decodeUnixField(plain: string, fieldIndex: number): string | null {
  if (UNIX_FIELDS[fieldIndex] !== UNIX_WEEKDAY) return plain;
  const words = plain.split(',').map((text) => {
    const match = WEEKDAY_BOUND.exec(text);
    if (!match) return text;
    const from = decodeWeekday(match[1] ?? '');
    const to = match[2] === undefined ? undefined : decodeWeekday(match[2]);
    if (from === null || to === null) return null;
    return to === undefined ? from : `${from}-${to}`;
  });
  return words.includes(null) ? null : words.join(',');
}

export function isStar(form: FieldForm): boolean {
  return form.text === '*';
}
