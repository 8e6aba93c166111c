import type { DatabaseSync } from '@photostructure/sqlite';
import { objectAt } from '../../json';
import { fromBytes } from '../../protocol/message-writer';
import type { ConfiguredStream } from '../../protocol/messages';
import type { RawRecord } from '../../protocol/raw-record';
import type { StreamTarget } from '../../protocol/write-streams';
import { recordId } from '../record-id';

type Db = InstanceType<typeof DatabaseSync>;

/**
 * The raw table of one stream: an id, the time and the data as JSON, so that no value is changed by a type. Rows are
 * written in one transaction per state; overwriting fills a table beside it that takes its place in one.
 */
export class StreamTable implements StreamTarget {
  private readonly table: string;
  private readonly insert: ReturnType<Db['prepare']>;

  constructor(
    private readonly db: Db,
    private readonly stream: ConfiguredStream,
  ) {
    this.table = `_airbyte_raw_${nameOf(stream)}`;
    const target = stream.writeMode === 'overwrite' ? this.fresh : this.table;
    if (stream.writeMode === 'overwrite') db.exec(`DROP TABLE IF EXISTS ${quoted(target)}`);
    db.exec(
      `CREATE TABLE IF NOT EXISTS ${quoted(target)} (
         "_airbyte_ab_id" TEXT NOT NULL, "_airbyte_emitted_at" INTEGER NOT NULL, "_airbyte_data" TEXT NOT NULL)`,
    );
    if (stream.writeMode === 'append_dedup') db.exec(uniqueIndex(target, stream));
    this.insert = db.prepare(insertInto(target, stream));
  }

  add({ data, emittedAtMs }: RawRecord): void {
    if (!this.db.isTransaction) this.db.exec('BEGIN IMMEDIATE');
    this.insert.run(recordId(), emittedAtMs, fromBytes(data));
  }

  commit(): void {
    if (this.db.isTransaction) this.db.exec('COMMIT');
  }

  complete(): void {
    this.commit();
    this.db.exec('BEGIN IMMEDIATE');
    this.db.exec(`DROP VIEW IF EXISTS ${quoted(nameOf(this.stream))}`);
    if (this.stream.writeMode === 'overwrite') {
      this.db.exec(`DROP TABLE IF EXISTS ${quoted(this.table)}`);
      this.db.exec(`ALTER TABLE ${quoted(this.fresh)} RENAME TO ${quoted(this.table)}`);
    }
    const view = viewOf(this.table, this.stream);
    if (view !== null) this.db.exec(view);
    this.db.exec('COMMIT');
  }

  close(): void {
    if (this.db.isTransaction) this.db.exec('ROLLBACK');
    if (this.stream.writeMode === 'overwrite') this.db.exec(`DROP TABLE IF EXISTS ${quoted(this.fresh)}`);
  }

  private get fresh(): string {
    return `${this.table}_new`;
  }
}

function nameOf({ name, namespace }: ConfiguredStream): string {
  return namespace === null ? name : `${namespace}_${name}`;
}

/** Every identifier is quoted: streams are often named as the words of SQL are. */
function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function jsonPath(path: readonly string[]): string {
  return literal(`$${path.map((name) => `."${name}"`).join('')}`);
}

/** The key as JSON text, exactly as it was sent: a double would take neighbouring large numbers for one. */
function keyOf(data: string, stream: ConfiguredStream): string {
  return stream.primaryKey.map((path) => `(${data} -> ${jsonPath(path)})`).join(', ');
}

function uniqueIndex(table: string, stream: ConfiguredStream): string {
  return `CREATE UNIQUE INDEX IF NOT EXISTS ${quoted(`${table}_key`)} ON ${quoted(table)} (${keyOf('"_airbyte_data"', stream)})`;
}

/** In a deduplicated stream the record with the greatest cursor stays, and of equal ones the last. */
function insertInto(table: string, stream: ConfiguredStream): string {
  const plain = `INSERT INTO ${quoted(table)} ("_airbyte_ab_id", "_airbyte_emitted_at", "_airbyte_data") VALUES (?, ?, ?)`;
  if (stream.writeMode !== 'append_dedup') return plain;
  const cursor = (row: string): string =>
    `json_extract(${row}."_airbyte_data", ${jsonPath(stream.cursorField)})`;
  const old = quoted(table);
  const newer =
    stream.cursorField.length === 0
      ? ''
      : `WHERE ${cursor(old)} IS NULL OR ${cursor('excluded')} >= ${cursor(old)}`;
  return `${plain} ON CONFLICT (${keyOf('"_airbyte_data"', stream)}) DO UPDATE SET
    "_airbyte_ab_id" = excluded."_airbyte_ab_id", "_airbyte_emitted_at" = excluded."_airbyte_emitted_at",
    "_airbyte_data" = excluded."_airbyte_data" ${newer}`;
}

/** A view with the stream's own name and columns, for reading; null when the schema names none. */
function viewOf(table: string, stream: ConfiguredStream): string | null {
  const names = Object.keys(objectAt(stream.jsonSchema, 'properties') ?? {});
  if (names.length === 0) return null;
  const columns = names.map(
    (name) => `json_extract("_airbyte_data", ${jsonPath([name])}) AS ${quoted(name)}`,
  );
  return `CREATE VIEW IF NOT EXISTS ${quoted(nameOf(stream))} AS SELECT ${columns.join(', ')} FROM ${quoted(table)}`;
}
