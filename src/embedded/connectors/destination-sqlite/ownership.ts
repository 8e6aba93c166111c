import type { DatabaseSync } from '@photostructure/sqlite';
import { isObject, stringAt } from '../../platform/json';
import { configError, type ConnectorError } from '../../protocol/connector';
import type { ConfiguredStream } from '../../protocol/messages';
import { isFormerLayout, isOwnView, OWN_COLUMNS, parseLayout, storedColumn, type Layout } from './layout';
import { quoted, type TableNames } from './names';

export type Db = InstanceType<typeof DatabaseSync>;

/** A table, view, index or trigger of the database. */
interface SchemaObject {
  readonly type: string;
  readonly name: string;
  readonly table: string;
  readonly sql: string;
}

/** The existing raw table of a stream. A table of the previous version has no layout. */
export interface FoundTable {
  readonly layout: Layout | null;
  readonly hasKeyIndex: boolean;
}

/**
 * Finds the stream's raw table and checks all objects with one of the stream's names.
 * @returns the raw table, or null if there is none
 * @throws ConnectorError config_error for an object that this connector did not create, or of another stream
 */
export function findOwn(db: Db, stream: ConfiguredStream, names: TableNames): FoundTable | null {
  const index = objectNamed(db, names.keyIndex);
  if (index !== null && !(index.type === 'index' && index.table === names.table))
    throw foreign(stream, index);
  ownTable(db, stream, names.fresh);
  const layout = ownTable(db, stream, names.table);
  // The table is checked first, because its error names the other stream.
  const view = objectNamed(db, names.view);
  if (
    view !== null &&
    !(view.type === 'view' && view.name === names.view && isOwnView(view.name, names.table, view.sql))
  )
    throw foreign(stream, view);
  return layout === undefined ? null : { layout, hasKeyIndex: index !== null };
}

/** The layout of a table, null for a table of the previous version, undefined if there is none. */
function ownTable(db: Db, stream: ConfiguredStream, name: string): Layout | null | undefined {
  const found = objectNamed(db, name);
  if (found === null) return undefined;
  const layout = found.type === 'table' ? parseLayout(found.name, found.sql) : null;
  if (layout === null) {
    const columns: unknown[] = db.prepare(`PRAGMA table_info(${quoted(found.name)})`).all();
    if (found.type !== 'table' || found.name !== name || !isFormerLayout(columns))
      throw foreign(stream, found);
    return null;
  }
  const { stream: owner } = layout;
  if (owner.name !== stream.name || owner.namespace !== stream.namespace) {
    const other = owner.namespace === null ? owner.name : `${owner.namespace}.${owner.name}`;
    throw configError(
      `Stream ${shown(stream)} and stream ${JSON.stringify(other)} would share the table ${JSON.stringify(found.name)} of the SQLite file. Set another prefix for the streams, or another destination_path.`,
    );
  }
  return layout;
}

/**
 * Replacing a table would drop the columns that a user added to it.
 * @throws ConnectorError config_error with the name of such a column
 */
export function refuseAddedColumns(db: Db, { name }: ConfiguredStream, table: string): void {
  const found = objectNamed(db, table);
  const columns = found === null ? undefined : parseLayout(found.name, found.sql)?.columns.values();
  const own = new Set([...OWN_COLUMNS, ...[...(columns ?? [])].map(storedColumn)]);
  const rows: unknown[] = db.prepare(`PRAGMA table_xinfo(${quoted(table)})`).all();
  const added = rows
    .flatMap((row) => (isObject(row) ? (stringAt(row, 'name') ?? []) : []))
    .find((column) => !own.has(column));
  if (added !== undefined)
    throw configError(
      `Stream ${name}: the table ${JSON.stringify(table)} has the column ${JSON.stringify(added)}, which this connector did not create, and the sync has to replace the table. Copy the column to another table and drop it.`,
    );
}

function foreign(stream: ConfiguredStream, { type, name }: SchemaObject): ConnectorError {
  return configError(
    `Stream ${shown(stream)} needs the name ${JSON.stringify(name)} in the SQLite file, but a ${type} that this connector did not create has it. Rename the ${type}, or set another prefix for the streams.`,
  );
}

function shown({ name, namespace }: ConfiguredStream): string {
  return JSON.stringify(namespace === null ? name : `${namespace}.${name}`);
}

/** Tables, views and indexes share one namespace, in which SQLite ignores the case of ASCII letters. */
function objectNamed(db: Db, name: string): SchemaObject | null {
  const query = `SELECT "type", "name", "tbl_name", "sql" FROM "sqlite_master" WHERE "name" = ? COLLATE NOCASE AND "type" <> 'trigger'`;
  return schemaObject(db.prepare(query).get(name));
}

/** The CREATE statement of a view, or null if there is none. */
export function viewSql(db: Db, view: string): string | null {
  const found = objectNamed(db, view);
  return found?.type === 'view' ? found.sql : null;
}

/** The CREATE statements of the user's indexes and triggers on a table or view. */
export function dependents(db: Db, owner: string, keyIndex: string): string[] {
  const query = `SELECT "type", "name", "tbl_name", "sql" FROM "sqlite_master"
    WHERE "tbl_name" = ? COLLATE NOCASE AND "type" IN ('index', 'trigger') AND "sql" IS NOT NULL AND "name" <> ?`;
  const found: unknown[] = db.prepare(query).all(owner, keyIndex);
  return found.flatMap((row) => schemaObject(row)?.sql ?? []);
}

function schemaObject(row: unknown): SchemaObject | null {
  if (!isObject(row)) return null;
  return {
    type: stringAt(row, 'type') ?? '',
    name: stringAt(row, 'name') ?? '',
    table: stringAt(row, 'tbl_name') ?? '',
    sql: stringAt(row, 'sql') ?? '',
  };
}
