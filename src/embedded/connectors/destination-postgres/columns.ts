import { isObject, objectAt, stringsOf, type JsonObject } from '../../platform/json';

/** The column types that this connector creates. */
const COLUMN_TYPES = ['numeric', 'boolean', 'date', 'timestamp', 'timestamptz', 'text', 'jsonb'] as const;
export type ColumnType = (typeof COLUMN_TYPES)[number];

/** A column of a destination table. */
export interface TargetColumn {
  readonly name: string;
  readonly type: ColumnType;
}

/** The columns for the properties of a stream's schema. */
export function columnsOf(jsonSchema: JsonObject): TargetColumn[] {
  return Object.entries(objectAt(jsonSchema, 'properties') ?? {}).map(([name, schema]) => ({
    name,
    type: typeOf(isObject(schema) ? schema : {}),
  }));
}

/** Numbers become `numeric`, because `double precision` would round them. A property of several types becomes `jsonb`. */
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

/** The column type for a name that `format_type` returns, or null for a type that this connector never creates. */
export function columnTypeNamed(name: string): ColumnType | null {
  if (name === 'timestamp with time zone') return 'timestamptz';
  if (name === 'timestamp without time zone') return 'timestamp';
  return COLUMN_TYPES.find((type) => type === name) ?? null;
}

/** Types with the same order at every source and in Postgres. */
const COMPARABLE: readonly ColumnType[] = ['numeric', 'date', 'timestamp', 'timestamptz'];

/** Whether the destination may compare cursor values of this type. */
export function isComparable(type: ColumnType): boolean {
  return COMPARABLE.includes(type);
}

/**
 * The expression that converts a column to a wider type without loss, or null if there is none.
 * `to_jsonb` writes times in ISO 8601, as sources do.
 */
export function wideningExpression(from: ColumnType, to: ColumnType, column: string): string | null {
  if (to === 'jsonb') return `to_jsonb(${column})`;
  if (to === 'text' && from !== 'jsonb') return `to_jsonb(${column}) #>> '{}'`;
  if (from === 'date' && to === 'timestamp') return `${column}::timestamp`;
  return null;
}
