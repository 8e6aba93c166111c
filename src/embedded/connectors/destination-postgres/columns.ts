import { isObject, objectAt, stringsOf, type JsonObject } from '../../json';

/** A column of a destination table. */
export interface TargetColumn {
  readonly name: string;
  readonly type: string;
}

/** The columns that a stream's schema asks for. */
export function columnsOf(jsonSchema: JsonObject): TargetColumn[] {
  return Object.entries(objectAt(jsonSchema, 'properties') ?? {}).map(([name, schema]) => ({
    name,
    type: typeOf(isObject(schema) ? schema : {}),
  }));
}

/** Numbers are numeric and not double, so that none is rounded; what has several types is kept as JSON. */
function typeOf(schema: JsonObject): string {
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

/** The SQL that takes a column's value out of a record. */
export function valueOf(record: string, { name, type }: TargetColumn): string {
  const key = `'${name.replaceAll("'", "''")}'`;
  // A JSON null is an SQL null, also where the column holds JSON.
  if (type === 'jsonb') return `NULLIF((${record} -> ${key})::jsonb, 'null'::jsonb)`;
  return type === 'text' ? `${record} ->> ${key}` : `(${record} ->> ${key})::${type}`;
}
