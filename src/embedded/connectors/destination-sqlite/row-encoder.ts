import { isObject, objectAt, stringsOf, type JsonObject } from '../../platform/json';
import { keyText, sortableCursor, type DedupRule } from '../deduplication';
import { isExactDouble } from '../../platform/exact-number';
import { fromBytes } from '../../protocol/message-writer';
import { Shape, type JsonObjectScanner } from '../../protocol/json-scan';
import { membersOf } from '../record-members';
import { OWN_COLUMNS, type ColumnNames } from './layout';

const MIN_INTEGER = -(2n ** 63n);
const MAX_INTEGER = 2n ** 63n - 1n;

/** The SQLite binding stores smaller numbers as 0. */
const MIN_BOUND_NUMBER = Number.EPSILON;

/** The indexes of the key and the cursor in a row. */
export const KEY = 3;
export const CURSOR = 4;

/** A value to bind. A Buffer contains the text of a number that the binding would change. */
export type SqliteValue = string | number | bigint | Buffer | null;

/** Encodes records as rows of a raw table. */
export class RowEncoder {
  private shape = new Shape([]);
  /** The index of the column for each member of the shape. */
  private positions: (number | undefined)[] = [];
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

  /** The expressions for an INSERT, from the columns of VALUES. */
  get expressions(): string[] {
    return [...OWN_COLUMNS.map(() => true), ...this.textOnly].map((textOnly, index) => {
      const column = `column${index + 1}`;
      if (textOnly) return column;
      return `CASE typeof(${column}) WHEN 'blob' THEN CAST(CAST(${column} AS TEXT) AS REAL) ELSE ${column} END`;
    });
  }

  /**
   * The values of a row: id, time, record, key, cursor and columns. For a duplicate member the last one counts, as in most
   * JSON parsers.
   */
  encode(data: JsonObjectScanner, id: string, emittedAtMs: number): SqliteValue[] {
    const values = new Array<SqliteValue>(OWN_COLUMNS.length + this.properties.size).fill(null);
    const text = textOf(data, data.json);
    [values[0], values[1], values[2]] = [id, emittedAtMs, text];
    if (this.rule !== null) {
      const members = membersOf(text);
      values[KEY] = keyText(members, this.rule);
      values[CURSOR] = sortableCursor(members, this.rule);
    }
    if (data.shape !== this.shape) {
      this.shape = data.shape;
      this.positions = data.shape.names.map((name) => this.properties.get(name));
    }
    for (let member = 0; member < this.positions.length; member++) {
      const position = this.positions[member];
      if (position === undefined) continue;
      const json = textOf(data, data.value(member));
      const value = valueOf(json);
      const isText = Buffer.isBuffer(value) && this.textOnly[position] === true;
      values[OWN_COLUMNS.length + position] = isText ? json : value;
    }
    return values;
  }
}

/** Decodes a part of a record. */
function textOf({ isAscii }: JsonObjectScanner, part: string): string {
  return isAscii ? part : fromBytes(part);
}

/**
 * Converts a JSON value for SQLite. Objects, arrays, numbers that SQLite would round and texts that it would truncate or
 * change are stored as JSON text.
 */
function valueOf(json: string): SqliteValue {
  switch (json.charCodeAt(0)) {
    case 0x22:
      return stringOf(json);
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
function stringOf(json: string): string {
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
  if (json !== String(double) && !isExactDouble(json, double)) return json;
  return double !== 0 && Math.abs(double) <= MIN_BOUND_NUMBER ? Buffer.from(json) : double;
}

/** Whether a column contains only texts. The conversion of small numbers is then omitted, because it is slow. */
function isTextOnly(schema: unknown): boolean {
  const type = isObject(schema) ? schema['type'] : undefined;
  const types = typeof type === 'string' ? [type] : stringsOf(type);
  return types.length > 0 && types.every((each) => each === 'string' || each === 'null');
}
