import type { StreamName } from '../protocol/stream-name';
import type { Database } from './database';

/**
 * How many rows each connection is known to have left at its destination, by the destination's name of the stream. It is
 * what an overwrite without a single row would replace by nothing.
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

  /** Rows that were added to those that were there. */
  add(connectionId: string, stream: StreamName, rows: number): void {
    this.set(connectionId, stream, this.of(connectionId, stream) + rows);
  }

  /** Rows that took the place of those that were there. */
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
