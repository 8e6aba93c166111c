import { closeSync, existsSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { DamagedStateError, storageReason } from '../platform/storage-fault';
import { Row } from './row';
import { SCHEMA, SCHEMA_VERSION } from './schema';
import { EmbeddedStartError } from '../platform/start-error';

type Statement = ReturnType<InstanceType<typeof DatabaseSync>['prepare']>;

/** More than a job's records take. */
const PROBE_BYTES = 64 * 1024;

/** What SQLite takes as a parameter here: nothing else, since some bindings abort the process. */
export type SqlValue = string | number | null;

/** The state was written by a newer version, which an older one could only damage. */
export class NewerStateError extends EmbeddedStartError {
  override readonly name = 'NewerStateError';

  constructor(path: string, found: number) {
    super(
      `${path} was written by a newer version of the embedded Airbyte (schema ${found}; this one knows ${SCHEMA_VERSION}). ` +
        'Use that version again, or another DATA_DIR.',
    );
  }
}

/** The embedded Airbyte's state: one SQLite file, every commit on disk before it is believed. */
export class Database {
  private readonly db: InstanceType<typeof DatabaseSync>;
  private readonly statements = new Map<string, Statement>();

  private writeFailure: string | null = null;

  private constructor(path: string) {
    // SQLite gives its other files the rights of this one, and only the owner may read configurations.
    closeSync(openSync(path, 'a', 0o600));
    this.db = new DatabaseSync(path);
  }

  /**
   * Opens the state in a data directory, making or upgrading it as needed.
   * @throws NewerStateError for the state of a newer version
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

  /** Why the last write failed, when it was for want of storage; null once one succeeds. */
  storageFailure(): string | null {
    if (this.writeFailure === null) return null;
    try {
      // Some bytes find room on a disk that is full for anything else.
      this.run(`INSERT OR REPLACE INTO "meta" VALUES ('write_probe', ?)`, 'x'.repeat(PROBE_BYTES));
      this.run(`DELETE FROM "meta" WHERE "key" = 'write_probe'`);
    } catch (error) {
      if (storageReason(error) === null) throw error;
    }
    return this.writeFailure;
  }

  /** Runs a statement and returns how many rows it changed, and the id of the row it made. */
  run(sql: string, ...values: SqlValue[]): { changes: number; lastId: number } {
    const { changes, lastInsertRowid } = this.trackWriteFailure(() => this.prepare(sql).run(...values));
    return { changes, lastId: Number(lastInsertRowid) };
  }

  /** The first row of an answer, or null. */
  one(sql: string, ...values: SqlValue[]): Row | null {
    const row: unknown = this.prepare(sql).get(...values);
    return row === undefined ? null : new Row(row);
  }

  /** All rows of an answer. */
  all(sql: string, ...values: SqlValue[]): Row[] {
    const rows: unknown[] = this.prepare(sql).all(...values);
    return rows.map((row) => new Row(row));
  }

  /** Runs the work as one transaction: all of it is kept, or nothing. */
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
      // SQLite itself rolls back when the disk is full, for one.
      if (this.isInTransaction()) this.db.exec('ROLLBACK');
      throw error;
    }
  }

  /** @throws when the disk is full, say; the file is closed all the same, and the next start finds everything in it */
  close(): void {
    try {
      // Statements that are not yet collected keep the file open, but must not keep its lock, which WAL cannot drop.
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

  /** The file's own lock is the guard against two engines on one folder that holds across containers too. */
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

/** A file without bytes would be taken for a new one, and everything that was in it would be gone without notice. */
function refuseEmptied(path: string, dataDir: string): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === 0 && existsSync(join(dataDir, 'api.json'))) throw new DamagedStateError('state.db is empty');
}
