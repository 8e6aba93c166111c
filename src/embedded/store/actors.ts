import type { JsonObject } from '../platform/json';
import type { Vault } from '../secrets/vault';
import type { Database, SqlValue } from './database';
import type { Row } from './row';

export type ActorKind = 'source' | 'destination';

/** A configured source or destination; Airbyte's word for both is actor. */
export interface Actor {
  readonly id: string;
  readonly kind: ActorKind;
  readonly name: string;
  readonly definitionId: string;
  readonly workspaceId: string;
  readonly configuration: JsonObject;
  /** The configuration with its secrets masked. */
  readonly shown: JsonObject;
  readonly createdAt: Date;
}

/** Stores sources and destinations. */
export class ActorStore {
  constructor(
    private readonly db: Database,
    private readonly vault: Vault,
  ) {}

  /** Whether any configuration is encrypted, so that the key is needed. */
  static hasSealed(db: Database): boolean {
    return db.one(`SELECT 1 AS "found" FROM "actors" WHERE "configuration" NOT LIKE '{%' LIMIT 1`) !== null;
  }

  /**
   * Encrypts configurations that an older version stored as plain text.
   * @throws VaultError if a configuration is encrypted with another key
   */
  sealAll(): void {
    for (const row of this.db.all('SELECT "id", "configuration" FROM "actors"')) {
      const stored = row.text('configuration');
      const configuration = this.vault.unseal(stored);
      if (stored.startsWith('{'))
        this.db.run(
          'UPDATE "actors" SET "configuration" = ? WHERE "id" = ?',
          this.vault.seal(configuration),
          row.text('id'),
        );
    }
  }

  insert(actor: Actor): void {
    this.db.run(
      `INSERT INTO "actors" ("id", "kind", "name", "definition_id", "workspace_id", "configuration", "shown", "created_at")
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      actor.id,
      actor.kind,
      actor.name,
      actor.definitionId,
      actor.workspaceId,
      this.vault.seal(actor.configuration),
      JSON.stringify(actor.shown),
      actor.createdAt.getTime(),
    );
  }

  /** Changes the name and the configuration of an actor. */
  update({ id, kind, name, configuration, shown }: Actor): void {
    this.db.run(
      'UPDATE "actors" SET "name" = ?, "configuration" = ?, "shown" = ? WHERE "id" = ? AND "kind" = ?',
      name,
      this.vault.seal(configuration),
      JSON.stringify(shown),
      id,
      kind,
    );
  }

  /** The actor with this id, unless it was deleted. */
  find(kind: ActorKind, id: string): Actor | null {
    const row = this.db.one(
      'SELECT * FROM "actors" WHERE "id" = ? AND "kind" = ? AND "deleted" = 0',
      id,
      kind,
    );
    return row === null ? null : this.toActor(row);
  }

  list(kind: ActorKind, page: { workspaceIds: readonly string[]; limit: number; offset: number }): Actor[] {
    const values: SqlValue[] = [kind, ...page.workspaceIds, page.limit, page.offset];
    return this.db
      .all(
        `SELECT * FROM "actors" WHERE "kind" = ? AND "deleted" = 0 ${workspaceFilter(page.workspaceIds)}
         ORDER BY "created_at" DESC, "id" LIMIT ? OFFSET ?`,
        ...values,
      )
      .map((row) => this.toActor(row));
  }

  /** Replaces the configuration of an actor that was not deleted. */
  updateConfiguration(kind: ActorKind, id: string, configuration: JsonObject, shown: JsonObject): void {
    this.db.run(
      'UPDATE "actors" SET "configuration" = ?, "shown" = ? WHERE "id" = ? AND "kind" = ? AND "deleted" = 0',
      this.vault.seal(configuration),
      JSON.stringify(shown),
      id,
      kind,
    );
  }

  delete(kind: ActorKind, id: string): void {
    this.db.run('UPDATE "actors" SET "deleted" = 1 WHERE "id" = ? AND "kind" = ?', id, kind);
  }

  private toActor(row: Row): Actor {
    const kind = row.text('kind') === 'source' ? 'source' : 'destination';
    // Older versions stored the type in the configuration.
    const configuration = withoutType(kind, this.vault.unseal(row.text('configuration')));
    return {
      id: row.text('id'),
      kind,
      name: row.text('name'),
      definitionId: row.text('definition_id'),
      workspaceId: row.text('workspace_id'),
      configuration,
      // Versions without masks had no connectors with secrets.
      shown: row.textOrNull('shown') === null ? configuration : withoutType(kind, row.json('shown')),
      createdAt: new Date(row.integer('created_at')),
    };
  }
}

/** A configuration without the member that names the connector: it belongs to Airbyte's API, not to the connector. */
export function withoutType(kind: ActorKind, configuration: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(configuration).filter(([name]) => name !== `${kind}Type`));
}

/** An SQL condition on the workspace; empty for all workspaces. */
export function workspaceFilter(workspaceIds: readonly string[]): string {
  return workspaceIds.length === 0 ? '' : `AND "workspace_id" IN (${workspaceIds.map(() => '?').join(', ')})`;
}
