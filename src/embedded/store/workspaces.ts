import type { Database, SqlValue } from './database';
import type { Row } from './row';

/** Airbyte's container of sources, destinations and connections; the embedded Airbyte has one. */
export interface Workspace {
  readonly id: string;
  readonly name: string;
}

/** Stores workspaces. */
export class WorkspaceStore {
  constructor(private readonly db: Database) {}

  insert({ id, name }: Workspace, at: Date): void {
    this.db.run(
      'INSERT INTO "workspaces" ("id", "name", "created_at") VALUES (?, ?, ?)',
      id,
      name,
      at.getTime(),
    );
  }

  find(id: string): Workspace | null {
    const row = this.db.one('SELECT * FROM "workspaces" WHERE "id" = ?', id);
    return row === null ? null : toWorkspace(row);
  }

  list({ ids, limit, offset }: { ids: readonly string[]; limit: number; offset: number }): Workspace[] {
    const filter = ids.length === 0 ? '' : `WHERE "id" IN (${ids.map(() => '?').join(', ')})`;
    const values: SqlValue[] = [...ids, limit, offset];
    return this.db
      .all(`SELECT * FROM "workspaces" ${filter} ORDER BY "created_at", "id" LIMIT ? OFFSET ?`, ...values)
      .map(toWorkspace);
  }
}

function toWorkspace(row: Row): Workspace {
  return { id: row.text('id'), name: row.text('name') };
}
