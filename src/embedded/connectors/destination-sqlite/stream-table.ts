import { isObject, numberAt, stringAt } from '../../platform/json';
import { configError } from '../../protocol/connector';
import type { ConfiguredStream } from '../../protocol/messages';
import type { RawRecord } from '../../protocol/raw-record';
import type { StreamTarget } from '../../protocol/write-streams';
import { hasCode, messageOf } from '../../platform/system-error';
import { dedupRule } from '../deduplication';
import { readableText, RecordError, recordFailure } from '../record-error';
import { recordId } from '../record-id';
import { createTable, createView, fits, layoutOf, OWN_COLUMNS, storedColumn, type Layout } from './layout';
import { namesOf, quoted, type TableNames } from './names';
import { dependents, findOwn, refuseAddedColumns, viewSql, type Db, type FoundTable } from './ownership';
import { RowEncoder, type SqliteValue } from './row-encoder';

type Statement = ReturnType<Db['prepare']>;

/**
 * The raw table of one stream. A row has an id, the time, the unchanged record, and one column per value for the view.
 * All rows between two states are one transaction. An overwrite fills a second table, which replaces the first one in
 * one transaction.
 */
export class StreamTable implements StreamTarget {
  private readonly names: TableNames;
  /** The columns of the schema and the columns that the table already had. */
  private readonly layout: Layout;
  private readonly encoder: RowEncoder;
  private readonly insert: Statement;
  private readonly newer: Statement | null;
  private readonly stored: Statement;
  private readonly triggers: Statement;
  /** Whether users have triggers on the table. It is read at the start and whenever this stream begins a transaction. */
  private hasTriggers = false;
  private rows = 0;
  private completed = false;

  constructor(
    private readonly db: Db,
    private readonly stream: ConfiguredStream,
  ) {
    this.names = namesOf(stream);
    this.layout = this.transaction(() => this.prepareTable());
    this.encoder = this.encoderOf(this.layout);
    const target = this.overwrites ? this.names.fresh : this.names.table;
    this.insert = db.prepare(this.insertInto(target, this.layout, this.encoder));
    this.newer = this.deduplicates
      ? db.prepare(`SELECT 1 FROM ${quoted(target)} WHERE "_airbyte_key" = ? AND "_airbyte_cursor" > ?`)
      : null;
    const row = this.deduplicates ? '"_airbyte_key" = ?' : '"rowid" = ?';
    this.stored = db.prepare(`SELECT 1 FROM ${quoted(target)} WHERE ${row}`);
    this.triggers = db.prepare(
      `SELECT 1 FROM "sqlite_master" WHERE "type" = 'trigger' AND lower("tbl_name") = lower(?) LIMIT 1`,
    );
    // Another stream may have begun the transaction of the first row.
    this.hasTriggers = this.triggers.get(this.names.table) !== undefined;
  }

  private get overwrites(): boolean {
    return this.stream.writeMode === 'overwrite';
  }

  private get deduplicates(): boolean {
    return this.stream.writeMode === 'append_dedup';
  }

  /** @throws ConnectorError config_error for a record that cannot be stored */
  add({ data, emittedAtMs }: RawRecord): void {
    this.rows++;
    if (!this.db.isTransaction) {
      this.db.exec('BEGIN IMMEDIATE');
      this.hasTriggers = this.triggers.get(this.names.table) !== undefined;
    }
    try {
      const text = readableText(data);
      this.store(this.insert, recordId(), emittedAtMs, text, this.encoder.encode(text));
    } catch (error) {
      throw error instanceof RecordError ? recordFailure(this.stream.name, this.rows, error) : error;
    }
  }

  /** Inserts a row and detects a trigger of the user that suppresses or deletes it. */
  private store(
    insert: Statement,
    id: string,
    emittedAtMs: number,
    text: string,
    columns: readonly SqliteValue[],
  ): void {
    const { changes, lastInsertRowid } = insert.run(id, emittedAtMs, text, ...columns);
    const [key = null, cursor = null] = columns;
    if (changes === 1 && this.isKept(this.deduplicates ? key : lastInsertRowid)) return;
    if (changes !== 1 && this.newer?.get(key, cursor) !== undefined) return;
    throw new RecordError('a trigger of the database kept it back. Drop the trigger.');
  }

  private isKept(keyOrRow: SqliteValue): boolean {
    return !this.hasTriggers || this.overwrites || this.stored.get(keyOrRow) !== undefined;
  }

  commit(): void {
    if (this.db.isTransaction) this.db.exec('COMMIT');
  }

  complete(): void {
    this.commit();
    if (this.overwrites) {
      this.transaction(() => {
        // Another program may have made something of that name meanwhile.
        findOwn(this.db, this.stream, this.names);
        this.replaceTable();
        this.fitView(this.layout);
      });
    }
    this.completed = true;
  }

  close(): void {
    if (this.db.isTransaction) this.db.exec('ROLLBACK');
    if (this.overwrites && !this.completed) this.dropFresh();
  }

  private dropFresh(): void {
    try {
      this.db.exec(`DROP TABLE IF EXISTS ${quoted(this.names.fresh)}`);
    } catch (error) {
      // The next run drops the table. This error, for example a full disk, must not hide the run's own failure.
      if (!hasCode(error, 'ERR_SQLITE_ERROR')) throw error;
    }
  }

  private transaction<T>(work: () => T): T {
    this.db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.db.exec('COMMIT');
      return result;
    } finally {
      // Without a rollback, a closed connection keeps its lock while one of its statements exists.
      if (this.db.isTransaction) this.db.exec('ROLLBACK');
    }
  }

  /** Prepares the table. An existing table may have another sync mode, key or schema. */
  private prepareTable(): Layout {
    const { db, names, stream } = this;
    const found = findOwn(db, stream, names);
    const wanted = layoutOf(stream, found?.layout?.columns ?? new Map<string, string>());
    // A killed run may have left the table behind.
    db.exec(`DROP TABLE IF EXISTS ${quoted(names.fresh)}`);
    if (this.overwrites) {
      refuseAddedColumns(db, stream, names.table);
      db.exec(createTable(names.fresh, wanted));
      return wanted;
    }
    const layout = this.fitTable(found, wanted);
    // A column that was removed from the schema stays in the table but not in the view.
    this.fitView(wanted);
    return layout;
  }

  private fitTable(found: FoundTable | null, wanted: Layout): Layout {
    const { db, names } = this;
    const hasKeys = !this.deduplicates || found?.hasKeyIndex === true;
    if (found !== null && found.layout !== null && fits(found.layout, wanted) && hasKeys) {
      if (!this.deduplicates) db.exec(`DROP INDEX IF EXISTS ${quoted(names.keyIndex)}`);
      return found.layout;
    }
    const target = found === null ? names.table : names.fresh;
    db.exec(createTable(target, wanted));
    db.exec(`DROP INDEX IF EXISTS ${quoted(names.keyIndex)}`);
    if (this.deduplicates)
      db.exec(`CREATE UNIQUE INDEX ${quoted(names.keyIndex)} ON ${quoted(target)} ("_airbyte_key")`);
    if (found !== null) {
      this.copyRows(wanted);
      this.replaceTable();
    }
    return wanted;
  }

  /** Encodes all stored rows again, in their order of arrival. */
  private copyRows(wanted: Layout): void {
    const { db, names } = this;
    const encoder = this.encoderOf(wanted);
    const insert = db.prepare(this.insertInto(names.fresh, wanted, encoder));
    const query = `SELECT "_airbyte_ab_id" AS "id", "_airbyte_emitted_at" AS "at", "_airbyte_data" AS "data" FROM ${quoted(names.table)} ORDER BY "rowid"`;
    let rows = 0;
    for (const row of db.prepare(query).iterate()) {
      rows++;
      if (!isObject(row)) continue;
      const text = stringAt(row, 'data') ?? '{}';
      try {
        insert.run(stringAt(row, 'id') ?? '', numberAt(row, 'at') ?? 0, text, ...encoder.encode(text));
      } catch (error) {
        if (!(error instanceof RecordError)) throw error;
        throw configError(
          `Stream ${this.stream.name}: row ${rows} of the table ${JSON.stringify(names.table)} does not fit the new sync mode, because ${error.message}`,
        );
      }
    }
  }

  /** Replaces the old table by the new one, and recreates the user's indexes and triggers. */
  private replaceTable(): void {
    const { db, names } = this;
    refuseAddedColumns(db, this.stream, names.table);
    const statements = dependents(db, names.table, names.keyIndex);
    db.exec(`DROP TABLE IF EXISTS ${quoted(names.table)}`);
    db.exec(`ALTER TABLE ${quoted(names.fresh)} RENAME TO ${quoted(names.table)}`);
    this.makeAgain(statements);
  }

  /** Recreates the view if it differs. */
  private fitView(layout: Layout): void {
    const { db, names } = this;
    const wanted = createView(names.view, names.table, layout);
    if (viewSql(db, names.view) === wanted) return;
    const statements = dependents(db, names.view, names.keyIndex);
    db.exec(`DROP VIEW IF EXISTS ${quoted(names.view)}`);
    db.exec(wanted);
    this.makeAgain(statements);
  }

  private makeAgain(statements: readonly string[]): void {
    for (const statement of statements) {
      try {
        this.db.exec(statement);
      } catch (error) {
        throw configError(
          `Stream ${this.stream.name}: an index or trigger in the SQLite file does not fit the stream any longer (${messageOf(error)}): ${statement}. Drop it.`,
        );
      }
    }
  }

  private encoderOf({ columns }: Layout): RowEncoder {
    return new RowEncoder(columns, this.stream.jsonSchema, this.deduplicates ? dedupRule(this.stream) : null);
  }

  /** The greater cursor wins between two records with one key. The later record wins if the cursors are equal or have no order. */
  private insertInto(table: string, layout: Layout, encoder: RowEncoder): string {
    const columns = [...OWN_COLUMNS, ...[...layout.columns.values()].map(storedColumn)].map(quoted);
    const plain = `INSERT INTO ${quoted(table)} (${columns.join(', ')}) VALUES (?1, ?2, ?3, ${encoder.expressions(4).join(', ')})`;
    if (!this.deduplicates) return plain;
    const updates = columns.map((column) => `${column} = excluded.${column}`).join(', ');
    const cursor = `${quoted(table)}."_airbyte_cursor"`;
    return `${plain} ON CONFLICT ("_airbyte_key") DO UPDATE SET ${updates}
      WHERE ${cursor} IS NULL OR excluded."_airbyte_cursor" IS NULL OR excluded."_airbyte_cursor" >= ${cursor}`;
  }
}
