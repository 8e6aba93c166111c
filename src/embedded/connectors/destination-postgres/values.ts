import { fromBytes, toBytes } from '../../protocol/message-writer';
import type { ColumnType } from './columns';
import { repeatedMember } from '../record-members';

/** SQL null in COPY's text format. */
export const NULL = '\\N';

/** A value that its column cannot store. */
export class InvalidValue {
  constructor(readonly reason: string) {}
}

const COLUMN_CONTENTS: Record<ColumnType, string> = {
  numeric: 'numbers',
  boolean: 'booleans',
  date: 'dates (YYYY-MM-DD)',
  timestamp: 'timestamps without a time zone (YYYY-MM-DDThh:mm:ss)',
  timestamptz: 'timestamps with a time zone (YYYY-MM-DDThh:mm:ssZ)',
  text: 'text',
  jsonb: 'JSON',
};

const DAY = String.raw`\d{4,7}-\d\d-\d\d`;
const CLOCK = String.raw`([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?`;
const ZONE = String.raw`([Zz]|[+-]\d\d(:?\d\d(:?\d\d)?)?)`;
const INFINITY = '-?infinity';
const DATE = new RegExp(`^(${DAY}( BC)?|${INFINITY})$`);
const TIMESTAMP = new RegExp(`^(${DAY}[Tt ]${CLOCK}( BC)?|${INFINITY})$`);
const TIMESTAMPTZ = new RegExp(`^(${DAY}[Tt ]${CLOCK} ?${ZONE}( BC)?|${INFINITY})$`);
/** Fractions below a microsecond, which Postgres would round. */
const BELOW_MICROSECOND = /\.\d{6}\d*[1-9]/;

/**
 * Converts a JSON value, one character per byte, to a cell of COPY's text format. Values keep their kind. Postgres alone
 * would accept `" 7"` as a number and `"off"` as a boolean.
 */
export function cellOf(value: string, type: ColumnType): string | InvalidValue {
  if (value === 'null') return NULL;
  if (type === 'jsonb') return jsonCell(value);
  const isText = value.charCodeAt(0) === 0x22;
  if (type === 'numeric')
    return isText ? nonFiniteNumber(value) : isNumber(value.charCodeAt(0)) ? value : wrongKind(value, type);
  if (type === 'boolean') return value === 'true' || value === 'false' ? value : wrongKind(value, type);
  if (!isText) return wrongKind(value, type);
  const text = textOf(value);
  if (text instanceof InvalidValue) return text;
  return type === 'text' ? escaped(text) : timeCell(text, type);
}

function wrongKind(value: string, type: ColumnType): InvalidValue {
  return new InvalidValue(`the value is ${jsonKindOf(value)}, but the column holds ${COLUMN_CONTENTS[type]}`);
}

/** The kind of a JSON value, for messages. The value itself may be a secret. */
function jsonKindOf(value: string): string {
  if (value.startsWith('"')) return 'a text';
  if (value.startsWith('{')) return 'an object';
  if (value.startsWith('[')) return 'a list';
  return value === 'true' || value === 'false' ? 'a boolean' : 'a number';
}

/** Whether a JSON value with this first character is a number. */
export function isNumber(code: number): boolean {
  return code === 0x2d || (code >= 0x30 && code <= 0x39);
}

/** JSON has no numbers for NaN and infinity, so sources send them as text. */
function nonFiniteNumber(value: string): string | InvalidValue {
  return value === '"NaN"' || value === '"Infinity"' || value === '"-Infinity"'
    ? value.slice(1, -1)
    : wrongKind(value, 'numeric');
}

function timeCell(text: string, type: 'date' | 'timestamp' | 'timestamptz'): string | InvalidValue {
  const form = { date: DATE, timestamp: TIMESTAMP, timestamptz: TIMESTAMPTZ }[type];
  if (!form.test(text))
    return new InvalidValue(`the text is not a valid value: the column holds ${COLUMN_CONTENTS[type]}`);
  if (BELOW_MICROSECOND.test(text))
    return new InvalidValue('the time has digits below a microsecond, which Postgres cannot store');
  return text;
}

function jsonCell(value: string): string | InvalidValue {
  const code = value.charCodeAt(0);
  if ((code === 0x7b || code === 0x5b) && repeatedMember(fromBytes(value)) !== null)
    return new InvalidValue(
      'an object in the value contains a member twice, and Postgres would keep only one of them',
    );
  return escaped(value);
}

const ESCAPE = /\\(?:u([dD][89abAB][\da-fA-F]{2})\\u([dD][c-fC-F][\da-fA-F]{2})|u([\da-fA-F]{4})|(.))/g;
const SHORT: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** The decoded JSON string, one character per byte of UTF-8. */
function textOf(value: string): string | InvalidValue {
  const inner = value.slice(1, -1);
  if (!inner.includes('\\')) return inner;
  const problems: string[] = [];
  const text = inner.replace(ESCAPE, (_all, high?: string, low?: string, unit?: string, short?: string) => {
    if (short !== undefined) return SHORT[short] ?? short;
    if (high !== undefined && low !== undefined)
      return toBytes(String.fromCharCode(parseInt(high, 16), parseInt(low, 16)));
    const code = parseInt(unit ?? '', 16);
    if (code === 0) problems.push('the text contains a NUL character, which Postgres cannot store');
    if (code >= 0xd800 && code <= 0xdfff)
      problems.push('the text contains half of a surrogate pair, which is not a character');
    return toBytes(String.fromCharCode(code));
  });
  const [problem] = problems;
  return problem === undefined ? text : new InvalidValue(problem);
}

const SPECIAL: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escaped(text: string): string {
  return /[\\\n\r\t]/.test(text)
    ? text.replace(/[\\\n\r\t]/g, (character) => SPECIAL[character] ?? character)
    : text;
}
