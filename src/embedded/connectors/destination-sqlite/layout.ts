import {
  arrayAt,
  isObject,
  objectAt,
  parseObject,
  stringAt,
  stringsOf,
  type JsonObject,
} from '../../platform/json';
import type { ConfiguredStream } from '../../protocol/messages';
import { configError } from '../../protocol/connector';
import { dedupRule } from '../deduplication';
import { folded, quoted } from './names';

/** SQLite's limit of 2,000 columns, without the raw table's own columns. */
const MAX_COLUMNS = 2000 - 5;

/** The columns of every raw table. */
export const OWN_COLUMNS = [
  '_airbyte_ab_id',
  '_airbyte_emitted_at',
  '_airbyte_data',
  '_airbyte_key',
  '_airbyte_cursor',
];

/** The columns of Airbyte's raw tables. A view needs at least one column. */
const FORMAT_COLUMNS = ['_airbyte_ab_id', '_airbyte_emitted_at', '_airbyte_data'];

/** The start of the comment that identifies this connector's tables. The layout follows. */
const TABLE_MARK = '/* airbyte-ingestion-api ';
const VIEW_MARK = '/* airbyte-ingestion-api */';

/** The column names of the view by property. */
export type ColumnNames = ReadonlyMap<string, string>;

/** The layout of a raw table, stored as JSON in a comment in its CREATE TABLE statement. */
export interface Layout {
  readonly stream: { readonly namespace: string | null; readonly name: string };
  readonly columns: ColumnNames;
  /** The deduplication rule as JSON, or null for an append-only table. */
  readonly rule: string | null;
}

/** The layout that a stream needs. Existing columns keep their names. */
export function layoutOf(stream: ConfiguredStream, before: ColumnNames): Layout {
  const properties = Object.keys(objectAt(stream.jsonSchema, 'properties') ?? {});
  if (properties.length > MAX_COLUMNS)
    throw configError(
      `Stream ${stream.name} has ${properties.length} columns, but SQLite allows ${MAX_COLUMNS}. Read fewer columns, or use another destination.`,
    );
  return {
    stream: { namespace: stream.namespace, name: stream.name },
    columns: columnNames(properties, before),
    rule: stream.writeMode === 'append_dedup' ? JSON.stringify(dedupRule(stream)) : null,
  };
}

/** Whether a table with the found layout can be used for the wanted layout. */
export function fits(found: Layout, wanted: Layout): boolean {
  const hasColumns = [...wanted.columns].every(([property, name]) => found.columns.get(property) === name);
  return hasColumns && (wanted.rule === null || wanted.rule === found.rule);
}

/**
 * SQLite ignores the case of ASCII letters in names, so a second equal name gets the suffix `_2`, the next one `_3`.
 * New properties never change the name of an existing column.
 */
function columnNames(properties: readonly string[], before: ColumnNames): ColumnNames {
  const taken = new Set<string>();
  const names = new Map<string, string>();
  const take = (property: string, name: string): boolean => {
    if (taken.has(folded(name))) return false;
    taken.add(folded(name));
    names.set(property, name);
    return true;
  };
  const added = properties.filter((property) => {
    const name = before.get(property);
    return name === undefined || !take(property, name);
  });
  const others = added.filter((property) => identifier(property) !== property || !take(property, property));
  for (const property of others) {
    const name = identifier(property);
    for (let number = 1; !take(property, number === 1 ? name : `${name}_${number}`); number++);
  }
  return new Map(properties.map((property) => [property, names.get(property) ?? property]));
}

/** Characters that cannot be in an identifier are escaped as in JSON. */
function identifier(property: string): string {
  return property.replace(/\0|\p{Surrogate}/gu, (character) =>
    character === '\0' ? '\\u0000' : JSON.stringify(character).slice(1, -1),
  );
}

/** The raw table's column with the values of a view's column. */
export function storedColumn(name: string): string {
  return `value_${name}`;
}

/** Value columns have no declared type, so SQLite does not convert values. */
export function createTable(table: string, layout: Layout): string {
  const values = [...layout.columns.values()].map((name) => `, ${quoted(storedColumn(name))}`);
  return `${tableHead(table)}${comment(layout)} */ "_airbyte_ab_id" TEXT NOT NULL, "_airbyte_emitted_at" INTEGER NOT NULL,
    "_airbyte_data" TEXT NOT NULL, "_airbyte_key" TEXT, "_airbyte_cursor" TEXT${values.join('')})`;
}

function tableHead(table: string): string {
  return `CREATE TABLE ${quoted(table)} (${TABLE_MARK}`;
}

function comment({ stream, columns, rule }: Layout): string {
  // The escape prevents `*/` from ending the comment.
  return JSON.stringify({ stream, columns: [...columns], rule }).replaceAll('*', '\\u002a');
}

/** The layout in a CREATE TABLE statement, or null for a table of another program. */
export function parseLayout(table: string, sql: string): Layout | null {
  const head = tableHead(table);
  if (!sql.startsWith(head)) return null;
  const found = parseObject(sql.slice(head.length, sql.indexOf(' */', head.length)));
  const stream = found === null ? undefined : objectAt(found, 'stream');
  const name = stream === undefined ? undefined : stringAt(stream, 'name');
  if (found === null || stream === undefined || name === undefined) return null;
  return {
    stream: { namespace: stringAt(stream, 'namespace') ?? null, name },
    columns: parseColumns(found),
    rule: stringAt(found, 'rule') ?? null,
  };
}

function parseColumns(found: JsonObject): ColumnNames {
  const columns = new Map<string, string>();
  for (const pair of arrayAt(found, 'columns')) {
    const [property, name] = stringsOf(pair);
    if (property !== undefined && name !== undefined) columns.set(property, name);
  }
  return columns;
}

/** A view with the stream's own name and columns. Without columns, it shows those of the raw table's format. */
export function createView(view: string, table: string, { columns }: Layout): string {
  const shown =
    columns.size === 0
      ? FORMAT_COLUMNS.map(quoted)
      : [...columns.values()].map((name) => `${quoted(storedColumn(name))} AS ${quoted(name)}`);
  return `${viewHead(view)}${VIEW_MARK} SELECT ${shown.join(', ')} FROM ${quoted(table)}`;
}

function viewHead(view: string): string {
  return `CREATE VIEW ${quoted(view)} AS `;
}

/** Whether a statement is a CREATE VIEW of this connector, of this or the previous version. */
export function isOwnView(view: string, table: string, sql: string): boolean {
  const query = sql.startsWith(viewHead(view)) ? sql.slice(viewHead(view).length) : '';
  return (
    query.startsWith(VIEW_MARK) ||
    (/^SELECT (json_extract\(|CASE json_type\(|\(SELECT "value" FROM json_each\()"_airbyte_data"/.test(
      query,
    ) &&
      query.endsWith(` FROM ${quoted(table)}`))
  );
}

/** Whether columns from `PRAGMA table_info` are those of a raw table of the previous version. */
export function isFormerLayout(columns: readonly unknown[]): boolean {
  const found = columns.map((column) =>
    isObject(column) ? [column['name'], column['type'], column['notnull']] : [],
  );
  return JSON.stringify(found) === JSON.stringify(FORMER_COLUMNS);
}

const FORMER_COLUMNS = [
  ['_airbyte_ab_id', 'TEXT', 1],
  ['_airbyte_emitted_at', 'INTEGER', 1],
  ['_airbyte_data', 'TEXT', 1],
];
