import { isObject, objectAt, stringsOf, type JsonObject } from '../../platform/json';

/** The types that this connector gives to columns. */
const COLUMN_TYPES = ['numeric', 'boolean', 'date', 'timestamp', 'timestamptz', 'text', 'jsonb'] as const;
export type ColumnType = (typeof COLUMN_TYPES)[number];

/** A column of a destination table. */
export interface TargetColumn {
  readonly name: string;
  readonly type: ColumnType;
}

/** The columns that a stream's schema asks for. */
export function columnsOf(jsonSchema: JsonObject): TargetColumn[] {
  return Object.entries(objectAt(jsonSchema, 'properties') ?? {}).map(([name, schema]) => ({
    name,
    type: typeOf(isObject(schema) ? schema : {}),
  }));
}

/** Numbers are numeric and not double, so that none is rounded; a column of several types is kept as JSON. */
function typeOf(schema: JsonObject): ColumnType {
  const types = (typeof schema['type'] === 'string' ? [schema['type']] : stringsOf(schema['type'])).filter(
    (type) => type !== 'null',
  );
  const [type] = types;
  if (types.length !== 1 || type === undefined) return 'jsonb';
  if (type === 'integer' || type === 'number') return 'numeric';
  if (type === 'boolean') return 'boolean';
  if (type !== 'string') return 'jsonb';
  if (schema['format'] === 'date') return 'date';
  if (schema['format'] !== 'date-time') return 'text';
  return schema['airbyte_type'] === 'timestamp_without_timezone' ? 'timestamp' : 'timestamptz';
}

/** The connector's type behind a name as `format_type` writes it, or null for a type that it never creates. */
export function columnTypeNamed(name: string): ColumnType | null {
  if (name === 'timestamp with time zone') return 'timestamptz';
  if (name === 'timestamp without time zone') return 'timestamp';
  return COLUMN_TYPES.find((type) => type === name) ?? null;
}

/** Types whose order is the same at every source and in Postgres. */
const COMPARABLE: readonly ColumnType[] = ['numeric', 'date', 'timestamp', 'timestamptz'];

/** Whether the values of a cursor of this type may be compared at the destination. */
export function isComparable(type: ColumnType): boolean {
  return COMPARABLE.includes(type);
}

/**
 * The expression that turns a column's values into those of a wider type without a loss, or null where there is none.
 * `to_jsonb` writes times in ISO 8601, as sources do.
 */
export function widening(from: ColumnType, to: ColumnType, column: string): string | null {
  if (to === 'jsonb') return `to_jsonb(${column})`;
  if (to === 'text' && from !== 'jsonb') return `to_jsonb(${column}) #>> '{}'`;
  if (from === 'date' && to === 'timestamp') return `${column}::timestamp`;
  return null;
}
