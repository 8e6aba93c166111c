import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { Row } from './row';
import { SCHEMA, SCHEMA_VERSION } from './schema';

type Statement = ReturnType<InstanceType<typeof DatabaseSync>['prepare']>;

/** What SQLite takes as a parameter here: nothing else, since some bindings abort the process. */
export type SqlValue = string | number | null;

/** The state was written by a newer version, which an older one could only damage. */
export class NewerStateError extends Error {
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

  private constructor(path: string) {
    // SQLite gives its other files the rights of this one, and configurations are nobody else's business.
    closeSync(openSync(path, 'a', 0o600));
    this.db = new DatabaseSync(path);
    // Exclusive: the file's own lock is the last guard against two engines on one folder, across containers too.
    this.db.exec('PRAGMA locking_mode = EXCLUSIVE');
    this.db.exec('PRAGMA journal_mode = WAL');
    this.db.exec('PRAGMA synchronous = FULL');
  }

  /**
   * Opens the state in a data directory, making or upgrading it as needed.
   * @throws NewerStateError for the state of a newer version
   */
  static open(dataDir: string): Database {
    const path = join(dataDir, 'state.db');
    const database = new Database(path);
    try {
      database.upgrade(path);
    } catch (error) {
      database.close();
      throw error;
    }
    return database;
  }

  /** Runs a statement and returns how many rows it changed, and the id of the row it made. */
  run(sql: string, ...values: SqlValue[]): { changes: number; lastId: number } {
    const { changes, lastInsertRowid } = this.prepare(sql).run(...values);
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
    this.db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.db.exec('COMMIT');
      return result;
    } catch (error) {
      this.db.exec('ROLLBACK');
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

  private upgrade(path: string): void {
    this.db.exec('CREATE TABLE IF NOT EXISTS "meta" ("key" TEXT PRIMARY KEY, "value" TEXT NOT NULL)');
    const found = Number(
      this.one('SELECT "value" FROM "meta" WHERE "key" = ?', 'schema_version')?.text('value') ?? 0,
    );
    if (found > SCHEMA_VERSION) throw new NewerStateError(path, found);
    this.transaction(() => {
      for (const step of SCHEMA.slice(found)) this.db.exec(step);
      this.run(
        'INSERT OR REPLACE INTO "meta" ("key", "value") VALUES (?, ?)',
        'schema_version',
        String(SCHEMA_VERSION),
      );
    });
  }
}
