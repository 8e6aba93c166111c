import { isObject, objectAt, stringsOf, type JsonObject } from '../../platform/json';
import { keyText, sortableCursor, type DedupRule } from '../deduplication';
import { isExactDouble } from '../exact-number';
import { membersOf, nameOf, type Member } from '../record-members';
import type { ColumnNames } from './layout';

const MIN_INTEGER = -(2n ** 63n);
const MAX_INTEGER = 2n ** 63n - 1n;

/** The SQLite binding stores smaller numbers as 0. */
const MIN_BOUND_NUMBER = Number.EPSILON;

/** A value to bind. A Buffer contains the text of a number that the binding would change. */
export type SqliteValue = string | number | bigint | Buffer | null;

/** Encodes records as rows of a raw table. */
export class RowEncoder {
  private readonly positions = new Map<string, number | null>();
  private readonly properties: ReadonlyMap<string, number>;
  private readonly textOnly: readonly boolean[];

  constructor(
    columns: ColumnNames,
    jsonSchema: JsonObject,
    private readonly rule: DedupRule | null,
  ) {
    const schemas = objectAt(jsonSchema, 'properties') ?? {};
    this.properties = new Map([...columns.keys()].map((property, index) => [property, index]));
    this.textOnly = [...columns.keys()].map((property) => isTextOnly(schemas[property]));
  }

  /** The expressions for the key, the cursor and the values of an INSERT, from a parameter number on. */
  expressions(first: number): string[] {
    return [true, true, ...this.textOnly].map((textOnly, index) => {
      const parameter = `?${first + index}`;
      if (textOnly) return parameter;
      return `CASE typeof(${parameter}) WHEN 'blob' THEN CAST(CAST(${parameter} AS TEXT) AS REAL) ELSE ${parameter} END`;
    });
  }

  /**
   * The key, the cursor and the values of a record. For a duplicate member the last one counts, as in most JSON parsers.
   */
  encode(data: string): SqliteValue[] {
    const members = membersOf(data);
    const values = new Array<SqliteValue>(this.properties.size + 2).fill(null);
    if (this.rule !== null) {
      values[0] = keyText(members, this.rule);
      values[1] = sortableCursor(members, this.rule);
    }
    for (const member of members) {
      const position = this.positionOf(member);
      if (position === null) continue;
      const value = valueOf(member.value);
      const isText = Buffer.isBuffer(value) && this.textOnly[position] === true;
      values[position + 2] = isText ? member.value : value;
    }
    return values;
  }

  /** JSON escapes allow many spellings of one name, so the cache of spellings is bounded. */
  private positionOf({ spelling }: Member): number | null {
    const known = this.positions.get(spelling);
    if (known !== undefined) return known;
    const position = this.properties.get(nameOf(spelling)) ?? null;
    if (this.positions.size < 2 * this.properties.size + 16) this.positions.set(spelling, position);
    return position;
  }
}

/**
 * Converts a JSON value for SQLite. Objects, arrays, numbers that SQLite would round and texts that it would truncate or
 * change are stored as JSON text.
 */
function valueOf(json: string): SqliteValue {
  switch (json.charCodeAt(0)) {
    case 0x22:
      return textOf(json);
    case 0x74:
      return 1;
    case 0x66:
      return 0;
    case 0x6e:
      return null;
    case 0x7b:
    case 0x5b:
      return json;
    default:
      return numberOf(json);
  }
}

/** SQLite truncates a text at a NUL character, and a lone surrogate has no UTF-8. JSON contains both only as escapes. */
function textOf(json: string): string {
  if (!json.includes('\\')) return json.slice(1, -1);
  const text = String(JSON.parse(json));
  return /\0|\p{Surrogate}/u.test(text) ? json : text;
}

function numberOf(json: string): SqliteValue {
  if (/^-?\d{1,15}$/.test(json)) return Number(json);
  if (/^-?\d{1,19}$/.test(json)) {
    const integer = BigInt(json);
    return integer >= MIN_INTEGER && integer <= MAX_INTEGER ? integer : json;
  }
  const double = Number(json);
  if (!isExactDouble(json, double)) return json;
  return double !== 0 && Math.abs(double) <= MIN_BOUND_NUMBER ? Buffer.from(json) : double;
}

/** Whether a column contains only texts. The conversion of small numbers is then omitted, because it is slow. */
function isTextOnly(schema: unknown): boolean {
  const type = isObject(schema) ? schema['type'] : undefined;
  const types = typeof type === 'string' ? [type] : stringsOf(type);
  return types.length > 0 && types.every((each) => each === 'string' || each === 'null');
}
