import { workspaceFilter } from './actors';
import type { Database } from './database';
import type { Row } from './row';

/** A tag of a workspace. */
export interface Tag {
  readonly id: string;
  readonly workspaceId: string;
  readonly name: string;
  readonly color: string;
}

/** Stores tags, and the connections that have them. */
export class TagStore {
  constructor(private readonly db: Database) {}

  /** Inserts or replaces a tag. */
  save({ id, workspaceId, name, color }: Tag): void {
    this.db.run(
      'INSERT OR REPLACE INTO "tags" ("id", "workspace_id", "name", "color") VALUES (?, ?, ?, ?)',
      id,
      workspaceId,
      name,
      color,
    );
  }

  find(id: string): Tag | null {
    const row = this.db.one('SELECT * FROM "tags" WHERE "id" = ?', id);
    return row === null ? null : toTag(row);
  }

  /** @param workspaceIds empty for all */
  list(workspaceIds: readonly string[]): Tag[] {
    const filter = workspaceFilter(workspaceIds);
    return this.db
      .all(`SELECT * FROM "tags" WHERE 1 = 1 ${filter} ORDER BY "name", "id"`, ...workspaceIds)
      .map(toTag);
  }

  /** Also removes it from its connections. */
  delete(id: string): void {
    this.db.transaction(() => {
      this.db.run('DELETE FROM "connection_tags" WHERE "tag_id" = ?', id);
      this.db.run('DELETE FROM "tags" WHERE "id" = ?', id);
    });
  }

  /** The tags of a connection. */
  of(connectionId: string): Tag[] {
    return this.db
      .all(
        `SELECT "tags".* FROM "tags" JOIN "connection_tags" ON "tags"."id" = "connection_tags"."tag_id"
         WHERE "connection_tags"."connection_id" = ? ORDER BY "tags"."name"`,
        connectionId,
      )
      .map(toTag);
  }

  /** Replaces the tags of a connection. */
  assign(connectionId: string, tagIds: readonly string[]): void {
    this.db.run('DELETE FROM "connection_tags" WHERE "connection_id" = ?', connectionId);
    for (const tagId of tagIds)
      this.db.run(
        'INSERT OR IGNORE INTO "connection_tags" ("connection_id", "tag_id") VALUES (?, ?)',
        connectionId,
        tagId,
      );
  }
}

function toTag(row: Row): Tag {
  return {
    id: row.text('id'),
    workspaceId: row.text('workspace_id'),
    name: row.text('name'),
    color: row.text('color'),
  };
}
