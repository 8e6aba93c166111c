import { toBytes } from '../../protocol/message-writer';
import type { ColumnType } from './columns';
import { repeatsMember } from './record-members';

/** How COPY's text format writes an SQL null. */
export const NULL = '\\N';

/** Why a value cannot be stored in its column. */
export class Misfit {
  constructor(readonly reason: string) {}
}

const HOLDS: Record<ColumnType, string> = {
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
const ENDS = '-?infinity';
const DATE = new RegExp(`^(${DAY}( BC)?|${ENDS})$`);
const TIMESTAMP = new RegExp(`^(${DAY}[Tt ]${CLOCK}( BC)?|${ENDS})$`);
const TIMESTAMPTZ = new RegExp(`^(${DAY}[Tt ]${CLOCK} ?${ZONE}( BC)?|${ENDS})$`);
/** Digits behind the microseconds, which Postgres rounds. */
const TOO_FINE = /\.\d{6}\d*[1-9]/;

/**
 * A JSON value, one character per byte, as a cell of COPY's text format. The value stays the one that it is: none is
 * converted from one kind into another, as Postgres does with '" 7"' for a number or "off" for a boolean.
 */
export function cellOf(value: string, type: ColumnType): string | Misfit {
  if (value === 'null') return NULL;
  if (type === 'jsonb') return jsonCell(value);
  const isText = value.charCodeAt(0) === 0x22;
  if (type === 'numeric')
    return isText ? unusualNumber(value) : isNumber(value) ? value : misfit(value, type);
  if (type === 'boolean') return value === 'true' || value === 'false' ? value : misfit(value, type);
  if (!isText) return misfit(value, type);
  const text = textOf(value);
  if (text instanceof Misfit) return text;
  return type === 'text' ? escaped(text) : timeCell(text, type);
}

function misfit(value: string, type: ColumnType): Misfit {
  return new Misfit(`the value is ${kindOf(value)}, but the column holds ${HOLDS[type]}`);
}

/** What kind of JSON a value is; the value itself may be a secret. */
function kindOf(value: string): string {
  if (value.startsWith('"')) return 'a text';
  if (value.startsWith('{')) return 'an object';
  if (value.startsWith('[')) return 'a list';
  return value === 'true' || value === 'false' ? 'a boolean' : 'a number';
}

function isNumber(value: string): boolean {
  const code = value.charCodeAt(0);
  return code === 0x2d || (code >= 0x30 && code <= 0x39);
}

/** JSON has no numbers for these, so sources write them as text. */
function unusualNumber(value: string): string | Misfit {
  return value === '"NaN"' || value === '"Infinity"' || value === '"-Infinity"'
    ? value.slice(1, -1)
    : misfit(value, 'numeric');
}

function timeCell(text: string, type: 'date' | 'timestamp' | 'timestamptz'): string | Misfit {
  const form = { date: DATE, timestamp: TIMESTAMP, timestamptz: TIMESTAMPTZ }[type];
  if (!form.test(text))
    return new Misfit(`the text does not have the form of the column, which holds ${HOLDS[type]}`);
  if (TOO_FINE.test(text))
    return new Misfit('the time is finer than a microsecond, which is the finest that Postgres stores');
  return text;
}

function jsonCell(value: string): string | Misfit {
  const code = value.charCodeAt(0);
  if ((code === 0x7b || code === 0x5b) && repeatsMember(value))
    return new Misfit('an object in the value has a member twice, and Postgres keeps only one of them');
  return escaped(value);
}

const ESCAPE = /\\(?:u([dD][89abAB][\da-fA-F]{2})\\u([dD][c-fC-F][\da-fA-F]{2})|u([\da-fA-F]{4})|(.))/g;
const SHORT: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** The text behind a JSON string, one character per byte of UTF-8. */
function textOf(value: string): string | Misfit {
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
  return problem === undefined ? text : new Misfit(problem);
}

const SPECIAL: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escaped(text: string): string {
  return /[\\\n\r\t]/.test(text)
    ? text.replace(/[\\\n\r\t]/g, (character) => SPECIAL[character] ?? character)
    : text;
}
