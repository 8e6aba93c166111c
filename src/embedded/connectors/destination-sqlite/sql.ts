import { isObject, objectAt, stringsOf } from '../../json';
import type { ConfiguredStream } from '../../protocol/messages';

/** The raw table of a stream, the one that is filled beside it, and the index of its key. */
export interface TableNames {
  readonly view: string;
  readonly table: string;
  readonly fresh: string;
  readonly keyIndex: string;
}

/** No stream can be named so that its table is another's fresh one or index. */
export function namesOf({ name, namespace }: ConfiguredStream): TableNames {
  const view = namespace === null ? name : `${namespace}_${name}`;
  return {
    view,
    table: `_airbyte_raw_${view}`,
    fresh: `_airbyte_new_${view}`,
    keyIndex: `_airbyte_key_${view}`,
  };
}

/** Every identifier is quoted: streams are often named as the words of SQL are. */
export function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function jsonPath(path: readonly string[]): string {
  return literal(`$${path.map((name) => `."${name}"`).join('')}`);
}

/** The key as JSON text, exactly as it was sent: a double would take neighbouring large numbers for one. */
function keyOf({ primaryKey }: ConfiguredStream): string {
  return primaryKey.map((path) => `COALESCE("_airbyte_data" -> ${jsonPath(path)}, 'null')`).join(', ');
}

/** Instants are compared as texts, in which a Z would come behind the point of a fraction. */
function cursorOf(row: string, { cursorField, jsonSchema }: ConfiguredStream): string | null {
  const [field] = cursorField;
  if (field === undefined) return null;
  const value = `json_extract(${row}"_airbyte_data", ${jsonPath(cursorField)})`;
  const schema = objectAt(objectAt(jsonSchema, 'properties') ?? {}, field);
  return schema?.['format'] === 'date-time' ? `rtrim(${value}, 'Z')` : value;
}

/** As SQLite keeps it, so that it can be told from the index of another key. */
export function uniqueIndex({ table, keyIndex }: TableNames, stream: ConfiguredStream): string {
  return `CREATE UNIQUE INDEX ${quoted(keyIndex)} ON ${quoted(table)} (${keyOf(stream)})`;
}

/** Of the rows of one key the record with the greatest cursor stays, and of equal ones the last. */
export function removeDuplicates({ table }: TableNames, stream: ConfiguredStream): string {
  const cursor = cursorOf('', stream);
  const order = `${cursor === null ? '' : `${cursor} DESC NULLS LAST, `}rowid DESC`;
  return `DELETE FROM ${quoted(table)} WHERE rowid IN (SELECT "id" FROM (
    SELECT rowid AS "id", ROW_NUMBER() OVER (PARTITION BY ${keyOf(stream)} ORDER BY ${order}) AS "place" FROM ${quoted(table)})
    WHERE "place" > 1)`;
}

/** In a deduplicated stream the record with the greatest cursor stays, and of equal ones the last. */
export function insertInto(table: string, stream: ConfiguredStream): string {
  const plain = `INSERT INTO ${quoted(table)} ("_airbyte_ab_id", "_airbyte_emitted_at", "_airbyte_data") VALUES (?, ?, ?)`;
  if (stream.writeMode !== 'append_dedup') return plain;
  const [before, after] = [cursorOf(`${quoted(table)}.`, stream), cursorOf('excluded.', stream)];
  const newer = before === null || after === null ? '' : `WHERE ${before} IS NULL OR ${after} >= ${before}`;
  return `${plain} ON CONFLICT (${keyOf(stream)}) DO UPDATE SET
    "_airbyte_ab_id" = excluded."_airbyte_ab_id", "_airbyte_emitted_at" = excluded."_airbyte_emitted_at",
    "_airbyte_data" = excluded."_airbyte_data" ${newer}`;
}

/** A view with the stream's own name and columns, for reading; null when the schema names none. */
export function viewOf({ table, view }: TableNames, { jsonSchema }: ConfiguredStream): string | null {
  const properties = Object.entries(objectAt(jsonSchema, 'properties') ?? {});
  if (properties.length === 0) return null;
  const columns = properties.map(([name, schema]) => `${columnOf(name, schema)} AS ${quoted(name)}`);
  return `CREATE VIEW IF NOT EXISTS ${quoted(view)} AS SELECT ${columns.join(', ')} FROM ${quoted(table)}`;
}

/** What a path cannot name is looked for. */
function columnOf(name: string, schema: unknown): string {
  if (/["\\\u0000-\u001f]/.test(name))
    return `(SELECT "value" FROM json_each("_airbyte_data") WHERE "key" = ${literal(name)} LIMIT 1)`;
  const path = jsonPath([name]);
  const value = `json_extract("_airbyte_data", ${path})`;
  return mayBeNumber(schema) ? exactNumber(path, value) : value;
}

function mayBeNumber(schema: unknown): boolean {
  const type = isObject(schema) ? schema['type'] : undefined;
  const types = typeof type === 'string' ? [type] : stringsOf(type);
  return types.length === 0 || types.includes('number') || types.includes('integer');
}

/** SQLite reads numbers as int64 or double; one that would be rounded comes as the text that stands in the record. */
function exactNumber(path: string, value: string): string {
  const text = `("_airbyte_data" -> ${path})`;
  return `CASE json_type("_airbyte_data", ${path})
    WHEN 'integer' THEN CASE typeof(${value}) WHEN 'integer' THEN ${value} ELSE ${text} END
    WHEN 'real' THEN CASE WHEN ${text} NOT LIKE '%e%' AND length(ltrim(replace(${text}, '.', ''), '-0')) > 17 THEN ${text} ELSE ${value} END
    ELSE ${value} END`;
}
