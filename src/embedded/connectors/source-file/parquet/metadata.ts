import { isObject, type JsonObject } from '../../../platform/json';
import type { ParquetLibrary } from './library';

const TYPES = [
  'BOOLEAN',
  'INT32',
  'INT64',
  'INT96',
  'FLOAT',
  'DOUBLE',
  'BYTE_ARRAY',
  'FIXED_LEN_BYTE_ARRAY',
] as const;
const REPETITIONS = ['REQUIRED', 'OPTIONAL', 'REPEATED'] as const;
const CODECS = ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'LZO', 'BROTLI', 'LZ4', 'ZSTD', 'LZ4_RAW'] as const;
const CONVERTED =
  'UTF8 MAP MAP_KEY_VALUE LIST ENUM DECIMAL DATE TIME_MILLIS TIME_MICROS TIMESTAMP_MILLIS TIMESTAMP_MICROS UINT_8 UINT_16 UINT_32 UINT_64 INT_8 INT_16 INT_32 INT_64 JSON BSON INTERVAL'.split(
    ' ',
  );
/** In the order of their numbers in parquet.thrift, from 1. */
const LOGICAL =
  ' STRING MAP LIST ENUM DECIMAL DATE TIME TIMESTAMP INTERVAL INTEGER NULL JSON BSON UUID FLOAT16 VARIANT GEOMETRY GEOGRAPHY'.split(
    ' ',
  );
const UNITS = ['', 'MILLIS', 'MICROS', 'NANOS'] as const;

export type PhysicalType = (typeof TYPES)[number];
export type TimeUnit = 'MILLIS' | 'MICROS' | 'NANOS';

/** The annotation of a column's values in newer files. */
export interface LogicalType {
  readonly type: string;
  readonly scale: number;
  readonly unit: TimeUnit | null;
  readonly isInUtc: boolean;
  readonly isSigned: boolean;
}

/** A part of the schema. */
export interface SchemaElement {
  readonly name: string;
  /** Null for a group. */
  readonly type: PhysicalType | null;
  readonly length: number;
  readonly repetition: (typeof REPETITIONS)[number];
  readonly converted: string | null;
  readonly scale: number;
  readonly logical: LogicalType | null;
}

/** A part of the schema with its children. */
export interface SchemaTree {
  readonly element: SchemaElement;
  readonly children: readonly SchemaTree[];
}

/** The values of a column in a row group. */
export interface ColumnChunk {
  readonly type: PhysicalType | null;
  readonly path: readonly string[];
  readonly codec: string;
  readonly values: number;
  /** The offset of the first page. */
  readonly start: number;
}

export interface RowGroup {
  readonly rows: number;
  readonly columns: readonly ColumnChunk[];
}

/** The metadata in the footer. Statistics are ignored, because they may be truncated, out of range or wrong. */
export interface FileMetadata {
  readonly schema: SchemaTree;
  readonly rows: number;
  readonly groups: readonly RowGroup[];
}

/** @throws Error if the metadata does not match parquet.thrift, or uses unsupported features */
export function parseMetadata(
  footer: Uint8Array,
  { readThrift }: Pick<ParquetLibrary, 'readThrift'>,
): FileMetadata {
  const view = new DataView(footer.buffer, footer.byteOffset, footer.byteLength);
  const metadata: unknown = readThrift({ view, offset: 0 });
  if (!isObject(metadata)) throw new Error('its footer is damaged');
  const elements = structsAt(metadata, 2).map(elementOf);
  const [schema, used] = treeAt(elements, 0, 0);
  if (used !== elements.length) throw new Error('its schema is damaged');
  const groups = structsAt(metadata, 4).map(groupOf);
  const rows = numberAt(metadata, 3);
  // Some writers set the total to 0.
  if (rows !== 0 && groups.reduce((sum, group) => sum + group.rows, 0) !== rows)
    throw new Error('the numbers of rows of its row groups and of the file differ');
  return { schema, rows, groups };
}

const MAX_SCHEMA_DEPTH = 100;

type Counted = SchemaElement & { readonly childCount: number };

function treeAt(elements: readonly Counted[], at: number, depth: number): [SchemaTree, number] {
  const element = elements[at];
  if (element === undefined || depth > MAX_SCHEMA_DEPTH) throw new Error('its schema is damaged');
  const children: SchemaTree[] = [];
  let next = at + 1;
  while (children.length < element.childCount) {
    const [child, end] = treeAt(elements, next, depth + 1);
    children.push(child);
    next = end;
  }
  return [{ element, children }, next];
}

function elementOf(struct: JsonObject): Counted {
  const logical = structAt(struct, 10);
  const converted = optionalNumberAt(struct, 6);
  const type = optionalNumberAt(struct, 1);
  return {
    name: textAt(struct, 4),
    type: type === null ? null : known(TYPES, type, 'type'),
    length: optionalNumberAt(struct, 2) ?? 0,
    repetition: known(REPETITIONS, optionalNumberAt(struct, 3) ?? 0, 'repetition'),
    childCount: optionalNumberAt(struct, 5) ?? 0,
    // An annotation that is unknown here is ignored.
    converted: converted === null ? null : (CONVERTED[converted] ?? null),
    scale: optionalNumberAt(struct, 7) ?? 0,
    logical: logical === null ? null : logicalOf(logical),
  };
}

function logicalOf(union: JsonObject): LogicalType | null {
  const number = Object.keys(union).map((key) => Number(key.replace('field_', '')))[0];
  if (number === undefined) return null;
  const type = LOGICAL[number];
  if (type === undefined || type === '') return null;
  const details = structAt(union, number) ?? {};
  const hasUnit = type === 'TIME' || type === 'TIMESTAMP';
  return {
    type,
    scale: type === 'DECIMAL' ? numberAt(details, 1) : 0,
    unit: hasUnit ? unitOf(structAt(details, 2)) : null,
    isInUtc: hasUnit && details['field_1'] === true,
    isSigned: details['field_2'] !== false,
  };
}

function unitOf(union: JsonObject | null): TimeUnit {
  const unit = UNITS.find((_, index) => index > 0 && union?.[`field_${index}`] !== undefined);
  if (unit === undefined || unit === '') throw new Error('its schema has an unknown unit of time');
  return unit;
}

function groupOf(struct: JsonObject): RowGroup {
  return { rows: numberAt(struct, 3), columns: structsAt(struct, 1).map(chunkOf) };
}

function chunkOf(column: JsonObject): ColumnChunk {
  const chunk = structAt(column, 3);
  if (column['field_1'] !== undefined) throw new Error('a column is in another file');
  if (chunk === null || column['field_8'] !== undefined) throw new Error('a column is encrypted');
  const [data, dictionary] = [numberAt(chunk, 9), optionalNumberAt(chunk, 11) ?? 0];
  return {
    type: known(TYPES, numberAt(chunk, 1), 'type'),
    path: listAt(chunk, 3).map(textOf),
    codec: known(CODECS, numberAt(chunk, 4), 'compression'),
    values: numberAt(chunk, 5),
    start: dictionary > 0 && dictionary < data ? dictionary : data,
  };
}

function known<T extends string>(names: readonly T[], number: number, what: string): T {
  const name = names[number];
  if (name === undefined) throw new Error(`it has the unknown ${what} ${number}`);
  return name;
}

/** A field of a Thrift struct by its number. */
function fieldOf(struct: JsonObject, number: number): unknown {
  return struct[`field_${number}`];
}

function structAt(struct: JsonObject, number: number): JsonObject | null {
  const field = fieldOf(struct, number);
  return isObject(field) ? field : null;
}

function listAt(struct: JsonObject, number: number): readonly unknown[] {
  const field = fieldOf(struct, number);
  if (!Array.isArray(field)) throw new Error('its footer is damaged');
  return field;
}

function structsAt(struct: JsonObject, number: number): JsonObject[] {
  const list = listAt(struct, number);
  const structs = list.filter(isObject);
  if (structs.length !== list.length) throw new Error('its footer is damaged');
  return structs;
}

function optionalNumberAt(struct: JsonObject, number: number): number | null {
  const field = fieldOf(struct, number);
  if (field === undefined) return null;
  const value = typeof field === 'bigint' ? Number(field) : field;
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new Error('its footer is damaged');
  return value;
}

function numberAt(struct: JsonObject, number: number): number {
  const value = optionalNumberAt(struct, number);
  if (value === null) throw new Error('its footer is damaged');
  return value;
}

function textAt(struct: JsonObject, number: number): string {
  return textOf(fieldOf(struct, number));
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOf(value: unknown): string {
  if (!(value instanceof Uint8Array)) throw new Error('its footer is damaged');
  try {
    return UTF_8.decode(value);
  } catch {
    // Invalid UTF-8 is the only possible error.
    throw new Error('a name in its schema is not UTF-8');
  }
}
