import type { Database } from './database';

/** Stores the next firing of each connection. */
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

  /** Runs the work in one transaction. */
  transaction<T>(work: () => T): T {
    return this.db.transaction(work);
  }
}
