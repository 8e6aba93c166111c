/**
 * Encodes the caller's original form in the expression that Airbyte stores. Airbyte stores expressions verbatim, and
 * both of its libraries ignore leading zeros, so the zeros of the second encode the form:
 *
 * | second                         | means                                                     |
 * |--------------------------------|-----------------------------------------------------------|
 * | `0000`                         | the rest is a translated Unix expression                  |
 * | `00000`                        | the rest represents a basic interval (see basic/)              |
 * | n leading zeros, n = 6 + 2m    | a Quartz expression whose second had m zeros and that would be misread otherwise      |
 * | n leading zeros, n = 7 + 2m    | a Quartz expression whose second had m zeros and whose year was `*`   |
 *
 * A decoded form counts only if encoding it again gives exactly the same expression. Other expressions are returned
 * as stored.
 */
import { type CronExpression, hasStarYear, readExpression, storedFields } from './cron/expression';
import { quartzReaders } from './cron/quartz-fields';
import { unixReaders, decodeUnixField } from './cron/unix-to-quartz';
import { decodeSpelling } from './cron/spelling-codec';
import { type BasicInterval, basicCron, readBasicCron } from './basic/basic-cron';

const UNIX_SECOND = '0000';
const FIRST_QUARTZ_MARK = 6;

/** Decoded meaning of a stored expression. */
export type StoredSchedule = { kind: 'cron'; text: string } | { kind: 'basic'; interval: BasicInterval };

function paddingOf(second: string): number {
  return second.length - String(Number(second)).length;
}

function withPadding(second: string, zeros: number): string {
  return '0'.repeat(zeros) + String(Number(second));
}

/** Encodes an expression for Airbyte. */
export function encodeExpression(expression: CronExpression): string {
  const [second = '0', ...rest] = storedFields(expression);
  if (expression.dialect === 'unix') return [UNIX_SECOND, ...rest].join(' ');
  const marked = FIRST_QUARTZ_MARK + 2 * paddingOf(second);
  if (hasStarYear(expression)) return [withPadding(second, marked + 1), ...rest].join(' ');
  const unmarked = [second, ...rest];
  return (decodeSecond(unmarked) ? [withPadding(second, marked), ...rest] : unmarked).join(' ');
}

function verified(fields: readonly string[], stored: string): StoredSchedule | null {
  const reading = readExpression(fields);
  if (!reading.ok || encodeExpression(reading.expression) !== stored) return null;
  return { kind: 'cron', text: reading.expression.text };
}

function decodeField(stored: string, index: number, dialect: 'unix' | 'quartz'): string | null {
  const read = (dialect === 'unix' ? unixReaders : quartzReaders)[index];
  const spelled = read ? decodeSpelling(stored, read) : null;
  return spelled ?? (dialect === 'unix' ? decodeUnixField(stored, index) : stored);
}

function readUnix(fields: readonly string[]): StoredSchedule | null {
  const words = fields
    .slice(1)
    .map((stored, index) => (stored === '?' ? '*' : decodeField(stored, index, 'unix')));
  return words.includes(null)
    ? null
    : verified(
        words.filter((word) => word !== null),
        fields.join(' '),
      );
}

function readQuartz(fields: readonly string[], second: string, ...year: string[]): StoredSchedule | null {
  const words = fields.map((stored, index) => decodeField(stored, index, 'quartz') ?? stored);
  return verified([second, ...words.slice(1), ...year], fields.join(' '));
}

function readBasic(fields: readonly string[]): StoredSchedule | null {
  const found = readBasicCron(fields);
  if (!found || basicCron(found.interval, found.anchor) !== fields.join(' ')) return null;
  return { kind: 'basic', interval: found.interval };
}

/** Decodes the leading zeros of the second; null if they encode nothing. */
function decodeSecond(fields: readonly string[]): StoredSchedule | null {
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

/** Decodes the stored fields without their zone; null if they must be shown as stored. */
export function decodeExpression(fields: readonly string[]): StoredSchedule | null {
  return decodeSecond(fields) ?? readQuartz(fields, fields[0] ?? '');
}
