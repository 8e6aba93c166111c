import type { Database } from './database';

/** When connections are to fire next, kept over restarts. */
export class FiringStore {
  constructor(private readonly db: Database) {}

  find(connectionId: string): Date | null {
    const row = this.db.one('SELECT "at" FROM "next_firings" WHERE "connection_id" = ?', connectionId);
    return row === null ? null : new Date(row.integer('at'));
  }

  set(connectionId: string, at: Date): void {
    this.db.run(
      'INSERT OR REPLACE INTO "next_firings" ("connection_id", "at") VALUES (?, ?)',
      connectionId,
      at.getTime(),
    );
  }

  delete(connectionId: string): void {
    this.db.run('DELETE FROM "next_firings" WHERE "connection_id" = ?', connectionId);
  }

  /** Runs the work as one transaction: all of it is kept, or nothing. */
  transaction<T>(work: () => T): T {
    return this.db.transaction(work);
  }
}
