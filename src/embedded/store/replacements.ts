import { streamKey, type StreamName } from '../protocol/stream-name';
import type { Database } from './database';

/**
 * Stores streams whose rows the next successful job must replace: a refresh or clear was requested and has not succeeded yet.
 * Their states are dropped, so a sync that appended to the old rows would repeat them.
 */
export class ReplacementStore {
  constructor(private readonly db: Database) {}

  add(connectionId: string, streams: readonly StreamName[]): void {
    for (const { name, namespace } of streams)
      this.db.run(
        'INSERT OR IGNORE INTO "replacements" ("connection_id", "namespace", "name") VALUES (?, ?, ?)',
        connectionId,
        namespace,
        name,
      );
  }

  remove(connectionId: string, streams: readonly StreamName[]): void {
    for (const { name, namespace } of streams)
      this.db.run(
        'DELETE FROM "replacements" WHERE "connection_id" = ? AND "namespace" = ? AND "name" = ?',
        connectionId,
        namespace,
        name,
      );
  }

  /** The keys of the streams. */
  of(connectionId: string): ReadonlySet<string> {
    const rows = this.db.all(
      'SELECT "namespace", "name" FROM "replacements" WHERE "connection_id" = ?',
      connectionId,
    );
    return new Set(
      rows.map((row) => streamKey({ name: row.text('name'), namespace: row.text('namespace') })),
    );
  }
}
