import type { StreamName } from '../protocol/stream-name';
import type { Database } from './database';

/**
 * Stores the number of rows that each connection has written, by the stream name at the destination. An overwrite without rows
 * would delete them.
 */
export class DestinationRowsStore {
  constructor(private readonly db: Database) {}

  of(connectionId: string, { name, namespace }: StreamName): number {
    const row = this.db.one(
      'SELECT "rows" FROM "held_rows" WHERE "connection_id" = ? AND "namespace" = ? AND "name" = ?',
      connectionId,
      namespace,
      name,
    );
    return row?.integer('rows') ?? 0;
  }

  /** Adds to the number of rows. */
  add(connectionId: string, stream: StreamName, rows: number): void {
    this.set(connectionId, stream, this.of(connectionId, stream) + rows);
  }

  /** Replaces the number of rows. */
  set(connectionId: string, { name, namespace }: StreamName, rows: number): void {
    this.db.run(
      'INSERT OR REPLACE INTO "held_rows" ("connection_id", "namespace", "name", "rows") VALUES (?, ?, ?, ?)',
      connectionId,
      namespace,
      name,
      rows,
    );
  }
}
