import { closeSync, existsSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { DamagedStateError, storageReason } from '../platform/storage-fault';
import { Row } from './row';
import { SCHEMA, SCHEMA_VERSION } from './schema';
import { EmbeddedStartError } from '../platform/start-error';

type Statement = ReturnType<InstanceType<typeof DatabaseSync>['prepare']>;

/** More than the rows of a job need. */
const PROBE_BYTES = 64 * 1024;

/** Supported types of parameters. Other types abort the process in some bindings. */
export type SqlValue = string | number | null;

/** The state was written by a newer version. */
export class NewerStateError extends EmbeddedStartError {
  override readonly name = 'NewerStateError';

  constructor(path: string, found: number) {
    super(
      `${path} was written by a newer version of the embedded Airbyte (schema ${found}; this one knows ${SCHEMA_VERSION}). ` +
        'Use that version again, or another DATA_DIR.',
    );
  }
}

/** The state of the embedded Airbyte: one SQLite file with durable commits. */
export class Database {
  private readonly db: InstanceType<typeof DatabaseSync>;
  private readonly statements = new Map<string, Statement>();

  private writeFailure: string | null = null;

  private constructor(path: string) {
    // SQLite creates its other files with the mode of this one. Only the owner may read configurations.
    closeSync(openSync(path, 'a', 0o600));
    this.db = new DatabaseSync(path);
  }

  /**
   * Opens the state in a data directory, and creates or upgrades it as needed.
   * @throws NewerStateError if a newer version wrote it
   */
  static open(dataDir: string): Database {
    const path = join(dataDir, 'state.db');
    refuseEmptied(path, dataDir);
    const database = new Database(path);
    try {
      database.lockExclusively();
      database.upgrade(path);
    } catch (error) {
      database.close();
      throw error;
    }
    return database;
  }

  /** The storage failure of the last write; null after a success. */
  storageFailure(): string | null {
    if (this.writeFailure === null) return null;
    try {
      // A full disk may still have room for a few bytes.
      this.run(`INSERT OR REPLACE INTO "meta" VALUES ('write_probe', ?)`, 'x'.repeat(PROBE_BYTES));
      this.run(`DELETE FROM "meta" WHERE "key" = 'write_probe'`);
    } catch (error) {
      if (storageReason(error) === null) throw error;
    }
    return this.writeFailure;
  }

  /** Runs a statement. Returns the number of changed rows and the id of an inserted row. */
  run(sql: string, ...values: SqlValue[]): { changes: number; lastId: number } {
    const { changes, lastInsertRowid } = this.trackWriteFailure(() => this.prepare(sql).run(...values));
    return { changes, lastId: Number(lastInsertRowid) };
  }

  /** The first row of the result, or null. */
  one(sql: string, ...values: SqlValue[]): Row | null {
    const row: unknown = this.prepare(sql).get(...values);
    return row === undefined ? null : new Row(row);
  }

  /** All rows of the result. */
  all(sql: string, ...values: SqlValue[]): Row[] {
    const rows: unknown[] = this.prepare(sql).all(...values);
    return rows.map((row) => new Row(row));
  }

  /** Runs the work in one transaction. */
  transaction<T>(work: () => T): T {
    if (this.isInTransaction()) return work();
    this.db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.trackWriteFailure(() => {
        this.db.exec('COMMIT');
      });
      return result;
    } catch (error) {
      // SQLite may have rolled back already, for example if the disk is full.
      if (this.isInTransaction()) this.db.exec('ROLLBACK');
      throw error;
    }
  }

  /** Writes a copy that a process of any machine can open. */
  copyTo(path: string): void {
    // SQLite writes into an empty file, so that nobody else can read it.
    closeSync(openSync(path, 'wx', 0o600));
    this.prepare('VACUUM INTO ?').run(path);
    const copy = new DatabaseSync(path);
    try {
      // Connectors of this machine must not be ended when the copy is opened.
      copy.exec('DELETE FROM "processes"');
    } finally {
      copy.close();
    }
  }

  /** @throws for example if the disk is full. The file is closed nevertheless, and no commit is lost */
  close(): void {
    try {
      // Statements that are not yet garbage collected keep the file open. Leaving WAL mode releases its lock.
      this.db.exec('PRAGMA journal_mode = DELETE');
      this.db.exec('PRAGMA locking_mode = NORMAL');
      this.one('SELECT COUNT(*) AS "count" FROM "meta"');
    } finally {
      this.db.close();
    }
  }

  private prepare(sql: string): Statement {
    const known = this.statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.db.prepare(sql);
    this.statements.set(sql, statement);
    return statement;
  }

  private isInTransaction(): boolean {
    return this.db.isTransaction;
  }

  private trackWriteFailure<T>(write: () => T): T {
    try {
      const result = write();
      this.writeFailure = null;
      return result;
    } catch (error) {
      this.writeFailure = storageReason(error) ?? this.writeFailure;
      throw error;
    }
  }

  /** The lock of the file prevents two engines on one folder, also in different containers. */
  private lockExclusively(): void {
    this.db.exec('PRAGMA locking_mode = EXCLUSIVE');
    this.db.exec('PRAGMA journal_mode = WAL');
    this.db.exec('PRAGMA synchronous = FULL');
  }

  private upgrade(path: string): void {
    this.db.exec('CREATE TABLE IF NOT EXISTS "meta" ("key" TEXT PRIMARY KEY, "value" TEXT NOT NULL)');
    const found = Number(
      this.one('SELECT "value" FROM "meta" WHERE "key" = ?', 'schema_version')?.text('value') ?? 0,
    );
    if (found > SCHEMA_VERSION) throw new NewerStateError(path, found);
    this.transaction(() => {
      for (const step of SCHEMA.slice(found)) {
        if (typeof step === 'string') this.db.exec(step);
        else step(this);
      }
      this.run(
        'INSERT OR REPLACE INTO "meta" ("key", "value") VALUES (?, ?)',
        'schema_version',
        String(SCHEMA_VERSION),
      );
    });
  }
}

/** SQLite would treat an empty file as a new database and hide the loss of the state. */
function refuseEmptied(path: string, dataDir: string): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === 0 && existsSync(join(dataDir, 'api.json'))) throw new DamagedStateError('state.db is empty');
}
