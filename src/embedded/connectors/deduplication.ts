import { objectAt, stringAt, stringsOf, type JsonObject } from '../platform/json';
import { configError } from '../protocol/connector';
import type { ConfiguredStream } from '../protocol/messages';
import { canonicalNumber, sortableNumber } from '../platform/exact-number';
import { RecordError } from './record-error';
import { itemsOf, membersOf, nameOf, type Member } from './record-members';

const MAX_KEY_DEPTH = 100;
const INSTANT =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d)(?::?(\d\d)(?::?(\d\d))?)?)$/;
const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;
/** Added to the seconds since 1970, so the sum is never negative. */
const SECONDS_OFFSET = 100_000_000_000;

/**
 * The kinds of cursors that are compared. Sources read in the order of the cursor, so the record that arrives later is
 * newer. Numbers, instants and dates have the same order everywhere. For these the greater value wins, as in Airbyte,
 * because a source may read in another order. Other cursors are never compared: the destination does not know their
 * order at the source.
 */
export type CursorKind = 'number' | 'instant' | 'date';

/** The key that identifies a record of a deduplicated stream, and the cursor that decides which of two is newer. */
export interface DedupRule {
  readonly key: readonly (readonly string[])[];
  readonly cursor: { readonly path: readonly string[]; readonly kind: CursorKind } | null;
}

/** @throws ConnectorError config_error for a stream without a key */
export function dedupRule({ name, primaryKey, cursorField, jsonSchema }: ConfiguredStream): DedupRule {
  if (primaryKey.length === 0 || primaryKey.some((path) => path.length === 0))
    throw configError(
      `Stream ${name} has no primary key, which deduplication needs. Set primaryKey, or choose another sync mode.`,
    );
  const kind = cursorField.length === 0 ? null : kindOf(schemaAt(jsonSchema, cursorField));
  return { key: primaryKey, cursor: kind === null ? null : { path: cursorField, kind } };
}

function schemaAt(schema: JsonObject, path: readonly string[]): JsonObject {
  return path.reduce((outer, name) => objectAt(objectAt(outer, 'properties') ?? {}, name) ?? {}, schema);
}

function kindOf(schema: JsonObject): CursorKind | null {
  const type = schema['type'];
  const types = (typeof type === 'string' ? [type] : stringsOf(type)).filter((each) => each !== 'null');
  // Without a declared type, JSON numbers are compared. They have one order too.
  if (types.every((each) => each === 'number' || each === 'integer')) return 'number';
  if (types.some((each) => each !== 'string')) return null;
  const format = stringAt(schema, 'format');
  return format === 'date-time' ? 'instant' : format === 'date' ? 'date' : null;
}

/** The JSON text of the value at a path in a record, or null if a member is missing. */
function valueAt(members: readonly Member[], path: readonly string[]): string | null {
  const [name, ...deeper] = path;
  const value = members.findLast(({ spelling }) => nameOf(spelling) === name)?.value;
  if (value === undefined || deeper.length === 0) return value ?? null;
  return value.startsWith('{') ? valueAt(membersOf(value), deeper) : null;
}

/**
 * A canonical text of the key: equal for equal keys and different for different keys. Numbers are compared with all
 * digits, texts after decoding their escapes.
 * @throws RecordError for a record without its key
 */
export function keyText(record: readonly Member[], { key }: DedupRule): string {
  const parts = key.map((path) => {
    const value = valueAt(record, path);
    if (value === null) {
      throw new RecordError(
        `it has no member ${JSON.stringify(path.join('.'))}, which is part of the primary key. Send the key with every record, or choose a sync mode without deduplication.`,
      );
    }
    return canonical(value, 0);
  });
  return `[${parts.join(',')}]`;
}

function canonical(value: string, depth: number): string {
  if (depth > MAX_KEY_DEPTH)
    throw new RecordError('a part of its primary key is nested too deeply. Choose another key.');
  if (value.startsWith('"')) return JSON.stringify(JSON.parse(value));
  if (value.startsWith('['))
    return `[${itemsOf(value)
      .map((item) => canonical(item, depth + 1))
      .join(',')}]`;
  if (value.startsWith('{')) {
    const members = membersOf(value).map(
      (member) => `${JSON.stringify(nameOf(member.spelling))}:${canonical(member.value, depth + 1)}`,
    );
    return `{${members.sort().join(',')}}`;
  }
  // A number whose exponent has more than twenty digits is kept unchanged.
  return canonicalNumber(value) ?? value;
}

/** A text whose byte order is the cursor's order, or null for a value without a known order. */
export function sortableCursor(record: readonly Member[], { cursor }: DedupRule): string | null {
  const value = cursor === null ? null : valueAt(record, cursor.path);
  if (cursor === null || value === null) return null;
  if (cursor.kind === 'number') return sortableNumber(value);
  if (!value.startsWith('"')) return null;
  const text = String(JSON.parse(value));
  return cursor.kind === 'date' ? sortableDate(text) : sortableInstant(text);
}

function sortableDate(text: string): string | null {
  const [, year, month, day] = DATE.exec(text) ?? [];
  return year === undefined || secondsOf(year, month, day) === null ? null : text;
}

/** Instants are compared in UTC with all fractional digits. */
function sortableInstant(text: string): string | null {
  const [, year, month, day, hour, minute, second, fraction = '', sign, ...offset]: (string | undefined)[] =
    INSTANT.exec(text) ?? [];
  const date = secondsOf(year, month, day);
  const [h, m, s] = [Number(hour), Number(minute), Number(second)];
  if (date === null || h > 23 || m > 59 || s > 59) return null;
  const [offsetHours = 0, offsetMinutes = 0, offsetSeconds = 0] = offset.map((part) => Number(part ?? 0));
  if (offsetHours > 23 || offsetMinutes > 59 || offsetSeconds > 59) return null;
  const east = (offsetHours * 60 + offsetMinutes) * 60 + offsetSeconds;
  const seconds = date + (h * 60 + m) * 60 + s - (sign === '-' ? -east : east);
  return `${String(seconds + SECONDS_OFFSET).padStart(12, '0')}.${fraction.replace(/0+$/, '')}`;
}

/** The seconds from 1970 to the start of a day, or null if the day does not exist in the years 1 to 9999. */
function secondsOf(
  year: string | undefined,
  month: string | undefined,
  day: string | undefined,
): number | null {
  if (year === undefined || year === '0000') return null;
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
  const valid = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(`${year}-${month}-${day}`);
  return valid ? date.getTime() / 1000 : null;
}
