/**
 * How Airbyte is made to remember what a caller wrote. It stores an expression as it is sent, and to both of its
 * libraries any number of leading zeros means the same, so the second carries a mark:
 *
 * | second                         | means                                                     |
 * |--------------------------------|-----------------------------------------------------------|
 * | `0000`                         | the rest is a translated Unix expression                  |
 * | `00000`                        | the rest keeps a basic interval (see basic/)              |
 * | n leading zeros, n = 6 + 2m    | a Quartz expression whose second had m, else misread      |
 * | n leading zeros, n = 7 + 2m    | a Quartz expression whose second had m and year was `*`   |
 *
 * A mark is believed only if storing what it says gives exactly the same expression again. All others come back
 * as Airbyte holds them.
 */
import { type CronExpression, hasIdleYear, readExpression, storedFields } from './cron/expression';
import { quartzReaders } from './cron/quartz-fields';
import { unixReaders, unixWords } from './cron/unix-to-quartz';
import { wordsSpelledBy } from './cron/spelling-codec';
import { type BasicInterval, basicCron, readBasicCron } from './basic/basic-cron';

const UNIX_SECOND = '0000';
const FIRST_QUARTZ_MARK = 6;

/** What a stored expression stands for. */
export type Reading = { kind: 'cron'; words: string } | { kind: 'basic'; interval: BasicInterval };

function paddingOf(second: string): number {
  return second.length - String(Number(second)).length;
}

function withPadding(second: string, zeros: number): string {
  return '0'.repeat(zeros) + String(Number(second));
}

/** The expression to send upstream. */
export function storeExpression(expression: CronExpression): string {
  const [second = '0', ...rest] = storedFields(expression);
  if (expression.dialect === 'unix') return [UNIX_SECOND, ...rest].join(' ');
  const marked = FIRST_QUARTZ_MARK + 2 * paddingOf(second);
  if (hasIdleYear(expression)) return [withPadding(second, marked + 1), ...rest].join(' ');
  const unmarked = [second, ...rest];
  return (readMark(unmarked) ? [withPadding(second, marked), ...rest] : unmarked).join(' ');
}

function believed(fields: readonly string[], stored: string): Reading | null {
  const reading = readExpression(fields);
  if (!reading.ok || storeExpression(reading.expression) !== stored) return null;
  return { kind: 'cron', words: reading.expression.words };
}

function fieldWords(stored: string, index: number, dialect: 'unix' | 'quartz'): string | null {
  const read = (dialect === 'unix' ? unixReaders : quartzReaders)[index];
  const spelled = read ? wordsSpelledBy(stored, read) : null;
  return spelled ?? (dialect === 'unix' ? unixWords(stored, index) : stored);
}

function readUnix(fields: readonly string[]): Reading | null {
  const words = fields
    .slice(1)
    .map((stored, index) => (stored === '?' ? '*' : fieldWords(stored, index, 'unix')));
  return words.includes(null)
    ? null
    : believed(
        words.filter((word) => word !== null),
        fields.join(' '),
      );
}

function readQuartz(fields: readonly string[], second: string, ...year: string[]): Reading | null {
  const words = fields.map((stored, index) => fieldWords(stored, index, 'quartz') ?? stored);
  return believed([second, ...words.slice(1), ...year], fields.join(' '));
}

function readBasic(fields: readonly string[]): Reading | null {
  const found = readBasicCron(fields);
  if (!found || basicCron(found.interval, found.anchor) !== fields.join(' ')) return null;
  return { kind: 'basic', interval: found.interval };
}

/** What the second of an expression says about the rest; null when it carries no mark that can be believed. */
function readMark(fields: readonly string[]): Reading | null {
  const [second = ''] = fields;
  if (fields.length === 6) {
    if (second === UNIX_SECOND) return readUnix(fields);
    const basic = readBasic(fields);
    if (basic) return basic;
  }
  const padding = /^[0-9]+$/.test(second) ? paddingOf(second) : 0;
  if (padding < FIRST_QUARTZ_MARK) return null;
  const marked = padding - FIRST_QUARTZ_MARK;
  const original = withPadding(second, Math.floor(marked / 2));
  return marked % 2 === 1 ? readQuartz(fields, original, '*') : readQuartz(fields, original);
}

/** What the fields that Airbyte holds, its zone split off, stand for; null when they are to be shown as they are. */
export function readStored(fields: readonly string[]): Reading | null {
  return readMark(fields) ?? readQuartz(fields, fields[0] ?? '');
}
