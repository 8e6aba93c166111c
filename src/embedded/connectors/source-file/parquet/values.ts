import { isUtf8 } from 'node:buffer';
import type { JsonObject } from '../../../json';
import type { SchemaElement } from './library';
import { bigEndian, decimalText, doubleText, floatText, halfOf } from './numbers';
import { dateText, timestampText, timeText, type TimeUnit } from './times';

/** How the values of a column are spelt as JSON, and the JSON schema that says so. */
export interface ValueKind {
  readonly schema: JsonObject;
  /** The value as JSON, one character per byte. */
  readonly toJson: (value: unknown) => string;
}

const JULIAN_DAY_OF_1970 = 2_440_588n;
const DAY_NANOS = 86_400_000_000_000n;

const BOOLEAN: JsonObject = { type: ['null', 'boolean'] };
const INTEGER: JsonObject = { type: ['null', 'integer'] };
const NUMBER: JsonObject = { type: ['null', 'number'] };
const TEXT: JsonObject = { type: ['null', 'string'] };
const BASE64 = { ...TEXT, contentEncoding: 'base64' };

/** How a column's values are spelt, by what its annotation says of them; what says nothing is what it is stored as. */
export function kindOf(element: SchemaElement): ValueKind {
  return annotatedKind(element) ?? storedKind(element);
}

function annotatedKind({
  converted_type: old,
  logical_type: logical,
  scale,
  type,
}: SchemaElement): ValueKind | null {
  const named = logical?.type;
  if (named === 'DECIMAL' || old === 'DECIMAL') {
    const decimals = (named === 'DECIMAL' ? logical.scale : scale) ?? 0;
    return { schema: NUMBER, toJson: (value) => decimalText(wholeOf(value), decimals) };
  }
  if (named === 'TIMESTAMP') return timestamp(logical.unit, logical.isAdjustedToUTC);
  if (old === 'TIMESTAMP_MILLIS' || old === 'TIMESTAMP_MICROS') return timestamp(unitOf(old), true);
  if (named === 'TIME') return time(logical.unit);
  if (old === 'TIME_MILLIS' || old === 'TIME_MICROS') return time(unitOf(old));
  if (named === 'DATE' || old === 'DATE')
    return {
      schema: { ...TEXT, format: 'date' },
      toJson: (value) => `"${dateText(Number(wholeOf(value)))}"`,
    };
  if (named === 'STRING' || named === 'ENUM' || old === 'UTF8' || old === 'ENUM')
    return { schema: TEXT, toJson: textOf };
  if (named === 'JSON' || old === 'JSON') return { schema: {}, toJson: jsonOf };
  if (named === 'UUID') return { schema: TEXT, toJson: (value) => `"${uuidOf(bytesOf(value))}"` };
  if (named === 'FLOAT16') return { schema: NUMBER, toJson: (value) => floatText(halfOf(bytesOf(value))) };
  if (named === 'INTERVAL' || old === 'INTERVAL')
    return { schema: TEXT, toJson: (value) => `"${intervalOf(bytesOf(value))}"` };
  const isUnsigned =
    (named === 'INTEGER' && logical?.isSigned === false) || old?.startsWith('UINT_') === true;
  const bits = type === 'INT64' ? 64 : 32;
  return isUnsigned
    ? { schema: INTEGER, toJson: (value) => String(BigInt.asUintN(bits, wholeOf(value))) }
    : null;
}

function storedKind({ type, name }: SchemaElement): ValueKind {
  switch (type) {
    case 'BOOLEAN':
      return { schema: BOOLEAN, toJson: (value) => String(value === true) };
    case 'INT32':
      return { schema: INTEGER, toJson: (value) => String(numberOf(value)) };
    case 'INT64':
      return { schema: INTEGER, toJson: (value) => String(wholeOf(value)) };
    case 'INT96':
      return { ...timestamp('NANOS', false), toJson: (value) => `"${oldTimestamp(wholeOf(value))}"` };
    case 'FLOAT':
      return { schema: NUMBER, toJson: (value) => floatText(numberOf(value)) };
    case 'DOUBLE':
      return { schema: NUMBER, toJson: (value) => doubleText(numberOf(value)) };
    case 'BYTE_ARRAY':
    case 'FIXED_LEN_BYTE_ARRAY':
      return { schema: BASE64, toJson: (value) => `"${Buffer.from(bytesOf(value)).toString('base64')}"` };
    default:
      throw new Error(`the type of column ${name} is not known`);
  }
}

function timestamp(unit: TimeUnit, inUtc: boolean): ValueKind {
  const airbyteType = inUtc ? 'timestamp_with_timezone' : 'timestamp_without_timezone';
  return {
    schema: { ...TEXT, format: 'date-time', airbyte_type: airbyteType },
    toJson: (value) => `"${timestampText(wholeOf(value), unit, inUtc ? '+00:00' : '')}"`,
  };
}

function time(unit: TimeUnit): ValueKind {
  return { schema: TEXT, toJson: (value) => `"${timeText(wholeOf(value), unit)}"` };
}

function unitOf(converted: `TIME_${string}` | `TIMESTAMP_${string}`): TimeUnit {
  return converted.endsWith('MILLIS') ? 'MILLIS' : 'MICROS';
}

/** Nanoseconds of a day below a Julian day, as Impala began and Spark went on. */
function oldTimestamp(value: bigint): string {
  const nanos = (value >> 64n) * DAY_NANOS - JULIAN_DAY_OF_1970 * DAY_NANOS + BigInt.asUintN(64, value);
  return timestampText(nanos, 'NANOS', '');
}

function textOf(value: unknown): string {
  const bytes = bytesOf(value);
  if (!isUtf8(bytes)) throw new Error('a text is not UTF-8');
  return JSON.stringify(Buffer.from(bytes).toString('latin1'));
}

/** JSON as it stands, except for line breaks, which can only stand between its tokens. */
function jsonOf(value: unknown): string {
  const bytes = bytesOf(value);
  if (!isUtf8(bytes)) throw new Error('a text is not UTF-8');
  const text = Buffer.from(bytes).toString('latin1');
  JSON.parse(text);
  return text.trim().replace(/[\r\n]+/g, ' ');
}

function uuidOf(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** An ISO 8601 duration: months, days and milliseconds do not convert into each other. */
function intervalOf(bytes: Uint8Array): string {
  const parts = Buffer.from(bytes);
  const [months, days, millis] = [0, 4, 8].map((at) => parts.readUInt32LE(at));
  return `P${months ?? 0}M${days ?? 0}DT${decimalText(BigInt(millis ?? 0), 3)}S`;
}

function wholeOf(value: unknown): bigint {
  if (typeof value === 'bigint') return value;
  if (value instanceof Uint8Array) return bigEndian(value);
  return BigInt(numberOf(value));
}

function numberOf(value: unknown): number {
  if (typeof value !== 'number') throw new Error('a value is missing or of another type than its column');
  return value;
}

function bytesOf(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array))
    throw new Error('a value is missing or of another type than its column');
  return value;
}
