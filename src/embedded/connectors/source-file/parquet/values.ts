import { isUtf8 } from 'node:buffer';
import type { JsonObject } from '../../../platform/json';
import { JsonRowReader } from '../json-row';
import { messageOf } from '../../../platform/system-error';
import type { SchemaElement, TimeUnit } from './metadata';
import { bigEndian, decimalText, doubleText, floatText, halfOf } from './numbers';
import { dateText, timeOfDayText, timestampText } from './times';

/** The conversion of a column's values to JSON, and their JSON schema. */
export interface ValueKind {
  readonly schema: JsonObject;
  /** Converts a value to JSON, one character per byte. */
  readonly toJson: (value: unknown) => string;
}

const JULIAN_DAY_OF_1970 = 2_440_588n;
const DAY_NANOS = 86_400_000_000_000n;

const BOOLEAN: JsonObject = { type: ['null', 'boolean'] };
const INTEGER: JsonObject = { type: ['null', 'integer'] };
const NUMBER: JsonObject = { type: ['null', 'number'] };
const TEXT: JsonObject = { type: ['null', 'string'] };
const BASE64 = { ...TEXT, contentEncoding: 'base64' };

/** The conversion for a column's annotation, or for its physical type if it has none. */
export function kindOf(element: SchemaElement, path: string): ValueKind {
  const { logical, converted } = element;
  const kind = annotatedKind(element, logical?.type ?? converted ?? '', path) ?? storedKind(element);
  return {
    schema: kind.schema,
    toJson: (value) => {
      try {
        return kind.toJson(value);
      } catch (error) {
        throw new Error(`column ${path}: ${messageOf(error)}`, { cause: error });
      }
    },
  };
}

/** Limits the digits of a decimal. A damaged scale would produce millions of zeros for each value. */
const MAX_SCALE = 1000;

function annotatedKind(element: SchemaElement, annotation: string, path: string): ValueKind | null {
  const { logical, type, length } = element;
  const requireStorage = (isRight: boolean): void => {
    if (!isRight) throw new Error(`column ${path} is stored as ${type ?? ''}, which cannot be ${annotation}`);
  };
  const isWhole = type === 'INT32' || type === 'INT64';
  const isBytes = type === 'BYTE_ARRAY' || type === 'FIXED_LEN_BYTE_ARRAY';
  switch (annotation) {
    case 'DECIMAL': {
      requireStorage(isWhole || isBytes);
      const scale = logical?.type === 'DECIMAL' ? logical.scale : element.scale;
      if (Math.abs(scale) > MAX_SCALE) throw new Error(`column ${path} has ${scale} decimal places`);
      return { schema: NUMBER, toJson: (value) => decimalText(wholeOf(value), scale) };
    }
    case 'TIMESTAMP':
      requireStorage(isWhole);
      return timestamp(logical?.unit ?? 'MICROS', logical?.isInUtc === true);
    case 'TIMESTAMP_MILLIS':
    case 'TIMESTAMP_MICROS':
      requireStorage(isWhole);
      return timestamp(unitOf(annotation), true);
    case 'TIME':
      requireStorage(isWhole);
      return time(logical?.unit ?? 'MICROS', logical?.isInUtc === true);
    case 'TIME_MILLIS':
    case 'TIME_MICROS':
      requireStorage(isWhole);
      return time(unitOf(annotation), true);
    case 'DATE':
      requireStorage(isWhole);
      return {
        schema: { ...TEXT, format: 'date' },
        toJson: (value) => `"${dateText(Number(wholeOf(value)))}"`,
      };
    case 'STRING':
    case 'UTF8':
    case 'ENUM':
      requireStorage(isBytes);
      return { schema: TEXT, toJson: textOf };
    case 'JSON':
      requireStorage(isBytes);
      return { schema: {}, toJson: jsonKind() };
    case 'UUID':
      requireStorage(type === 'FIXED_LEN_BYTE_ARRAY' && length === 16);
      return { schema: TEXT, toJson: (value) => `"${uuidOf(bytesOf(value))}"` };
    case 'FLOAT16':
      requireStorage(type === 'FIXED_LEN_BYTE_ARRAY' && length === 2);
      return { schema: NUMBER, toJson: (value) => floatText(halfOf(bytesOf(value))) };
    case 'INTERVAL':
      requireStorage(type === 'FIXED_LEN_BYTE_ARRAY' && length === 12);
      return { schema: TEXT, toJson: (value) => `"${intervalOf(bytesOf(value))}"` };
    case 'INTEGER':
      return logical?.isSigned === false ? unsigned(element, requireStorage) : null;
    default:
      return annotation.startsWith('UINT_') ? unsigned(element, requireStorage) : null;
  }
}

function unsigned({ type }: SchemaElement, requireStorage: (isRight: boolean) => void): ValueKind {
  requireStorage(type === 'INT32' || type === 'INT64');
  const bits = type === 'INT64' ? 64 : 32;
  return { schema: INTEGER, toJson: (value) => String(BigInt.asUintN(bits, wholeOf(value))) };
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
      return { ...timestamp('NANOS', false), toJson: (value) => `"${oldTimestamp(bytesOf(value))}"` };
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

function time(unit: TimeUnit, inUtc: boolean): ValueKind {
  return { schema: TEXT, toJson: (value) => `"${timeOfDayText(wholeOf(value), unit, inUtc)}"` };
}

function unitOf(converted: `TIME_${string}` | `TIMESTAMP_${string}`): TimeUnit {
  return converted.endsWith('MILLIS') ? 'MILLIS' : 'MICROS';
}

/**
 * Decodes INT96: nanoseconds of a day, then a Julian day, as Impala and Spark write them. Both may be negative. Spark's
 * 64-bit microseconds wrap around from the year 287,396 on. Wrapping them again restores the value.
 */
function oldTimestamp(value: Uint8Array): string {
  const parts = new DataView(value.buffer, value.byteOffset, value.byteLength);
  const [nanos, day] = [parts.getBigInt64(0, true), BigInt(parts.getInt32(8, true))];
  const total = (day - JULIAN_DAY_OF_1970) * DAY_NANOS + nanos;
  const inMicro = ((total % 1000n) + 1000n) % 1000n;
  const micros = BigInt.asIntN(64, (total - inMicro) / 1000n);
  return timestampText(micros * 1000n + inMicro, 'NANOS', '');
}

function textOf(value: unknown): string {
  const bytes = bytesOf(value);
  if (!isUtf8(bytes)) throw new Error('a text is not UTF-8');
  return JSON.stringify(Buffer.from(bytes).toString('latin1'));
}

function jsonKind(): ValueKind['toJson'] {
  const reader = new JsonRowReader();
  return (value) => jsonOf(value, reader);
}

/** The unchanged JSON, except for line breaks, which occur only between tokens. */
function jsonOf(value: unknown, reader: JsonRowReader): string {
  const bytes = bytesOf(value);
  if (!isUtf8(bytes)) throw new Error('a text is not UTF-8');
  const text = Buffer.from(bytes).toString('latin1');
  const json = text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
  const fault = reader.faultOfValue(json);
  if (fault !== null) throw new Error(`a JSON text is wrong: ${fault.reason}`);
  return json.replace(/[\r\n]+/g, ' ');
}

function uuidOf(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** An ISO 8601 duration. Months, days and milliseconds cannot be converted into each other. */
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
