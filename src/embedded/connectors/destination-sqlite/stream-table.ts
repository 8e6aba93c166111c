import { isObject, numberAt, stringAt } from '../../platform/json';
import { configError } from '../../protocol/connector';
import { JsonObjectScanner } from '../../protocol/json-scan';
import { toBytes } from '../../protocol/message-writer';
import type { ConfiguredStream } from '../../protocol/messages';
import type { RawRecord } from '../../protocol/raw-record';
import type { StreamTarget } from '../../protocol/write-streams';
import { hasCode, messageOf } from '../../platform/system-error';
import { dedupRule } from '../deduplication';
import { assertReadable, RecordError, recordFailure } from '../record-error';
import { recordId } from '../record-id';
import { createTable, createView, fits, layoutOf, OWN_COLUMNS, storedColumn, type Layout } from './layout';
import { namesOf, quoted, type TableNames } from './names';
import { dependents, findOwn, refuseAddedColumns, viewSql, type Db, type FoundTable } from './ownership';
import { CURSOR, KEY, RowEncoder, type SqliteValue } from './row-encoder';

/** The parameters of a statement for many rows. */
const MAX_PARAMETERS = 500;
/** Bounds the memory for rows that wait. */
const MAX_WAITING_CHARS = 1024 * 1024;

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
  /** Inserts {@link rowsAtOnce} rows. */
  private readonly insertMany: Statement;
  private readonly rowsAtOnce: number;
  private readonly newer: Statement | null;
  private readonly stored: Statement;
  private readonly triggers: Statement;
  /** Whether users have triggers on the table. It is read at the start and whenever this stream begins a transaction. */
  private hasTriggers = false;
  private records = 0;
  private waiting: SqliteValue[][] = [];
  private waitingChars = 0;
  private completed = false;

  constructor(
    private readonly db: Db,
    private readonly stream: ConfiguredStream,
  ) {
    this.names = namesOf(stream);
    this.layout = this.transaction(() => this.prepareTable());
    this.encoder = this.encoderOf(this.layout);
    const target = this.overwrites ? this.names.fresh : this.names.table;
    const width = OWN_COLUMNS.length + this.layout.columns.size;
    this.rowsAtOnce = Math.max(1, Math.floor(MAX_PARAMETERS / width));
    this.insert = db.prepare(this.insertInto(target, this.layout, this.encoder, 1));
    this.insertMany = db.prepare(this.insertInto(target, this.layout, this.encoder, this.rowsAtOnce));
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
    this.records++;
    try {
      assertReadable(data);
      this.waiting.push(this.encoder.encode(data, recordId(), emittedAtMs));
    } catch (error) {
      throw error instanceof RecordError ? recordFailure(this.stream.name, this.records, error) : error;
    }
    this.waitingChars += data.end - data.start;
    if (this.waiting.length === this.rowsAtOnce || this.waitingChars > MAX_WAITING_CHARS) this.store();
  }

  /** Inserts the rows that wait. */
  private store(): void {
    const { db, waiting } = this;
    if (waiting.length === 0) return;
    [this.waiting, this.waitingChars] = [[], 0];
    if (!db.isTransaction) {
      db.exec('BEGIN IMMEDIATE');
      this.hasTriggers = this.triggers.get(this.names.table) !== undefined;
    }
    // Rows with a key, and rows of a table with triggers of the user, are checked one by one.
    const areChecked = this.deduplicates || (this.hasTriggers && !this.overwrites);
    if (waiting.length === this.rowsAtOnce && !areChecked) {
      this.insertMany.run(...waiting.flat());
      return;
    }
    for (const [index, row] of waiting.entries())
      if (!this.isStored(row))
        throw recordFailure(
          this.stream.name,
          this.records - waiting.length + index + 1,
          new RecordError('a trigger of the database kept it back. Drop the trigger.'),
        );
  }

  /** Inserts a row. Returns false if a trigger of the user suppresses or deletes it. */
  private isStored(row: readonly SqliteValue[]): boolean {
    const { changes, lastInsertRowid } = this.insert.run(...row);
    const [key = null, cursor = null] = [row[KEY], row[CURSOR]];
    if (changes === 1) return this.isKept(this.deduplicates ? key : lastInsertRowid);
    return this.newer?.get(key, cursor) !== undefined;
  }

  private isKept(keyOrRow: SqliteValue): boolean {
    return !this.hasTriggers || this.overwrites || this.stored.get(keyOrRow) !== undefined;
  }

  commit(): void {
    this.store();
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
    const insert = db.prepare(this.insertInto(names.fresh, wanted, encoder, 1));
    const query = `SELECT "_airbyte_ab_id" AS "id", "_airbyte_emitted_at" AS "at", "_airbyte_data" AS "data" FROM ${quoted(names.table)} ORDER BY "rowid"`;
    const data = new JsonObjectScanner();
    let rows = 0;
    for (const row of db.prepare(query).iterate()) {
      rows++;
      if (!isObject(row)) continue;
      const text = stringAt(row, 'data') ?? '{}';
      try {
        const bytes = toBytes(text);
        if (data.scan(bytes, 0) !== bytes.length) throw new RecordError('it is not a JSON object.');
        insert.run(...encoder.encode(data, stringAt(row, 'id') ?? '', numberAt(row, 'at') ?? 0));
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

  /**
   * A statement for a number of rows. The greater cursor wins between two records with one key. The later record wins if the
   * cursors are equal or have no order. SQLite would search numbered parameters one by one, so they have no numbers.
   */
  private insertInto(table: string, layout: Layout, encoder: RowEncoder, rows: number): string {
    const columns = [...OWN_COLUMNS, ...[...layout.columns.values()].map(storedColumn)].map(quoted);
    const row = `(${columns.map(() => '?').join(', ')})`;
    const values = encoder.expressions.join(', ');
    const plain = `INSERT INTO ${quoted(table)} (${columns.join(', ')}) SELECT ${values} FROM (VALUES ${new Array(rows).fill(row).join(', ')}) WHERE true`;
    if (!this.deduplicates) return plain;
    const updates = columns.map((column) => `${column} = excluded.${column}`).join(', ');
    const cursor = `${quoted(table)}."_airbyte_cursor"`;
    return `${plain} ON CONFLICT ("_airbyte_key") DO UPDATE SET ${updates}
      WHERE ${cursor} IS NULL OR excluded."_airbyte_cursor" IS NULL OR excluded."_airbyte_cursor" >= ${cursor}`;
  }
}
