import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { StartError } from '../../config/start-error';
import { EventStoreUnavailable } from './event-store';
import { integerIn } from './stored-row';

type Database = InstanceType<typeof DatabaseSync>;
type Statement = ReturnType<Database['prepare']>;
type SqlValue = string | number | null;

/** A kind of file in DATA_DIR. */
export interface FileKind {
  /** Begins the message of a start error. */
  readonly title: string;
  readonly tables: string;
  /** Of the tables. A later version that changes them has to upgrade the file. */
  readonly version: number;
  /** `FULL`: a change survives a crash of the machine. `NORMAL`: it survives the end of the process. */
  readonly durability: 'FULL' | 'NORMAL';
}

/** A change that waits for the next transaction. */
interface Change {
  /** Returns what tells the caller that the change is stored. */
  readonly run: () => () => void;
  readonly reject: (error: unknown) => void;
}

/** A database of one process, in a file of DATA_DIR. Work on it throws `EventStoreUnavailable` if the file fails. */
export class SqliteFile {
  private readonly statements = new Map<string, Statement>();
  private waiting: Change[] = [];

  private constructor(
    private readonly db: Database,
    private readonly kind: FileKind,
  ) {}

  /**
   * Opens the file, and creates the folder and the tables if they are missing. It is locked as long as it is open.
   * @throws StartError if another process has it open, or it cannot be used
   */
  static open(path: string, kind: FileKind): SqliteFile {
    let db: Database | null = null;
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      // SQLite creates its other files with the mode of this one.
      closeSync(openSync(path, 'a', 0o600));
      db = new DatabaseSync(path);
      db.exec('PRAGMA locking_mode = EXCLUSIVE');
      db.exec('PRAGMA journal_mode = WAL');
      db.exec(`PRAGMA synchronous = ${kind.durability}`);
      const version = integerIn(db.prepare('PRAGMA user_version').get(), 'user_version');
      if (version > kind.version) throw new Error('a newer version of the gateway wrote it');
      db.exec(`${kind.tables} PRAGMA user_version = ${kind.version};`);
      return new SqliteFile(db, kind);
    } catch (error) {
      db?.close();
      throw new StartError(
        `${kind.title} ${path} cannot be used: ${reasonOf(error)}. Make it usable, or set another DATA_DIR.`,
        { cause: error },
      );
    }
  }

  /** @returns the number of changed rows */
  run(sql: string, ...values: SqlValue[]): number {
    return this.prepare(sql).run(...values).changes;
  }

  all(sql: string, ...values: SqlValue[]): unknown[] {
    return this.prepare(sql).all(...values);
  }

  /**
   * Changes what `work` changes together or not at all, at the end of this turn of the event loop. All changes of a turn share
   * one transaction, because writing it takes much longer than a change.
   */
  together<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.waiting.length === 0)
        setImmediate(() => {
          this.writeWaiting();
        });
      const run = (): (() => void) => {
        const result = work();
        return () => {
          resolve(result);
        };
      };
      this.waiting.push({ run, reject });
    });
  }

  /** As {@link together}, but at once, and the changes survive a crash of the machine. */
  durably<T>(work: () => T): Promise<T> {
    return this.attempt(() => {
      this.db.exec('PRAGMA synchronous = FULL');
      try {
        return this.transact(work);
      } finally {
        this.db.exec(`PRAGMA synchronous = ${this.kind.durability}`);
      }
    });
  }

  attempt<T>(work: () => T): Promise<T> {
    try {
      return Promise.resolve(work());
    } catch (error) {
      return Promise.reject(unavailable(error));
    }
  }

  close(): Promise<void> {
    return this.attempt(() => {
      this.writeWaiting();
      // Statements that are not yet garbage collected keep the file open. Leaving WAL mode releases its lock.
      this.db.exec('PRAGMA journal_mode = DELETE');
      this.db.exec('PRAGMA locking_mode = NORMAL');
      // The lock is released by the next access.
      this.db.prepare('SELECT COUNT(*) FROM "sqlite_schema"').get();
      this.db.close();
    });
  }

  private writeWaiting(): void {
    const changes = this.waiting;
    this.waiting = [];
    if (changes.length > 0) this.write(changes);
  }

  private write(changes: readonly Change[]): void {
    try {
      const stored = this.transact(() => changes.map(({ run }) => run()));
      for (const resolve of stored) resolve();
    } catch (error) {
      // One that fails takes no other one with it.
      if (changes.length > 1) for (const change of changes) this.write([change]);
      else changes[0]?.reject(unavailable(error));
    }
  }

  private transact<T>(work: () => T): T {
    this.db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.db.exec('COMMIT');
      return result;
    } catch (error) {
      // SQLite may have rolled back already, for example if the disk is full.
      if (this.db.isTransaction) this.db.exec('ROLLBACK');
      throw error;
    }
  }

  private prepare(sql: string): Statement {
    const known = this.statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.db.prepare(sql);
    this.statements.set(sql, statement);
    return statement;
  }
}

function unavailable(error: unknown): EventStoreUnavailable {
  return new EventStoreUnavailable(reasonOf(error), { cause: error });
}

function reasonOf(error: unknown): string {
  const message =
    typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : '';
  return /locked|busy/i.test(message) ? 'another process uses it' : message;
}
