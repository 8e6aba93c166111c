import { type FileKind, SqliteFile } from '../../events/log/sqlite-file';
import { integerIn, textIn } from '../../events/log/stored-row';
import type { Delivery, LogCursor, WebhookConfig } from '../webhook';
import { configIn, cursorIn, deliveryIn } from './stored-json';
import type {
  DeliveryBounds,
  DueDeliveries,
  NewWebhook,
  NumberedDelivery,
  Progress,
  StoredWebhook,
  WebhookBounds,
  WebhookStore,
} from './webhook-store';

const KIND: FileKind = {
  title: 'The database of the webhooks',
  version: 1,
  durability: 'NORMAL',
  tables: `
CREATE TABLE IF NOT EXISTS "webhooks" (
  "id" TEXT PRIMARY KEY,
  "owner" TEXT NOT NULL,
  "version" INTEGER NOT NULL,
  "config" TEXT NOT NULL,
  "cursor" TEXT NOT NULL,
  "failing_since" INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS "deliveries" (
  "number" INTEGER PRIMARY KEY AUTOINCREMENT,
  "webhook_id" TEXT NOT NULL,
  "event_id" TEXT NOT NULL,
  "due_at" INTEGER,
  "observed_at" INTEGER NOT NULL,
  "content" TEXT NOT NULL,
  UNIQUE ("webhook_id", "event_id")
);
CREATE INDEX IF NOT EXISTS "deliveries_due" ON "deliveries" ("webhook_id", "due_at", "number") WHERE "due_at" IS NOT NULL;
CREATE INDEX IF NOT EXISTS "deliveries_finished" ON "deliveries" ("webhook_id", "number") WHERE "due_at" IS NULL;
CREATE INDEX IF NOT EXISTS "deliveries_of_webhook" ON "deliveries" ("webhook_id", "number");`,
};

/**
 * Webhooks of one process, in a file of DATA_DIR. Changes by callers survive a crash of the machine. Progress of deliveries
 * survives the end of the process; after a crash of the machine, the newest deliveries may be sent again.
 */
export class SqliteWebhookStore implements WebhookStore {
  private constructor(private readonly file: SqliteFile) {}

  /** @throws StartError if another process has the file open, or it cannot be used */
  static open(path: string): SqliteWebhookStore {
    return new SqliteWebhookStore(SqliteFile.open(path, KIND));
  }

  /** The file is locked as long as it is open, so there is no other process. */
  lead(): Promise<boolean> {
    return Promise.resolve(true);
  }

  resign(): Promise<void> {
    return Promise.resolve();
  }

  list(): Promise<readonly StoredWebhook[]> {
    return this.file.attempt(() => this.file.all('SELECT * FROM "webhooks" ORDER BY "id"').map(webhookIn));
  }

  find(id: string): Promise<StoredWebhook | null> {
    return this.file.attempt(
      () => this.file.all('SELECT * FROM "webhooks" WHERE "id" = ?', id).map(webhookIn)[0] ?? null,
    );
  }

  create(
    { id, config, cursor }: NewWebhook,
    bounds: WebhookBounds,
  ): Promise<'created' | 'owner-full' | 'full'> {
    return this.file.durably(() => {
      if (this.count('SELECT COUNT(*) AS "n" FROM "webhooks"') >= bounds.ofAll) return 'full';
      const own = this.count('SELECT COUNT(*) AS "n" FROM "webhooks" WHERE "owner" = ?', config.owner);
      if (own >= bounds.ofOwner) return 'owner-full';
      this.file.run(
        'INSERT INTO "webhooks" ("id", "owner", "version", "config", "cursor") VALUES (?, ?, 1, ?, ?)',
        id,
        config.owner,
        JSON.stringify(config),
        JSON.stringify(cursor),
      );
      return 'created';
    });
  }

  update(id: string, version: number, config: WebhookConfig, cursor?: LogCursor): Promise<boolean> {
    return this.file.durably(() => {
      const changed = this.file.run(
        `UPDATE "webhooks" SET "version" = "version" + 1, "config" = ?, "cursor" = COALESCE(?, "cursor"),
           "failing_since" = CASE WHEN ? THEN 0 ELSE "failing_since" END
         WHERE "id" = ? AND "version" = ?`,
        JSON.stringify(config),
        cursor === undefined ? null : JSON.stringify(cursor),
        config.disabledReason === null && cursor !== undefined ? 1 : 0,
        id,
        version,
      );
      return changed > 0;
    });
  }

  remove(id: string): Promise<boolean> {
    return this.file.durably(() => {
      this.file.run('DELETE FROM "deliveries" WHERE "webhook_id" = ?', id);
      return this.file.run('DELETE FROM "webhooks" WHERE "id" = ?', id) > 0;
    });
  }

  page(id: string, before: number | null, limit: number): Promise<readonly NumberedDelivery[]> {
    return this.file.attempt(() =>
      this.file
        .all(
          'SELECT * FROM "deliveries" WHERE "webhook_id" = ? AND "number" < ? ORDER BY "number" DESC LIMIT ?',
          id,
          before ?? Number.MAX_SAFE_INTEGER,
          limit,
        )
        .map(numberedIn),
    );
  }

  delivery(id: string, eventId: string): Promise<Delivery | null> {
    return this.file.attempt(() => {
      const rows = this.file.all(
        'SELECT * FROM "deliveries" WHERE "webhook_id" = ? AND "event_id" = ?',
        id,
        eventId,
      );
      return rows.map(storedDeliveryIn)[0] ?? null;
    });
  }

  requeue(id: string, delivery: Delivery): Promise<boolean> {
    return this.file.durably(() => {
      if (this.write(id, delivery) === 0) return false;
      this.file.run('UPDATE "webhooks" SET "version" = "version" + 1 WHERE "id" = ?', id);
      return true;
    });
  }

  enqueue(
    id: string,
    { version, cursor }: Progress,
    deliveries: readonly Delivery[],
    bounds: DeliveryBounds,
  ): Promise<boolean> {
    return this.file.together(() => {
      const moved = this.file.run(
        'UPDATE "webhooks" SET "cursor" = ? WHERE "id" = ? AND "version" = ?',
        JSON.stringify(cursor),
        id,
        version,
      );
      if (moved === 0) return false;
      for (const delivery of deliveries)
        this.file.run(
          `INSERT INTO "deliveries" ("webhook_id", "event_id", "due_at", "observed_at", "content") VALUES (?, ?, ?, ?, ?)
           ON CONFLICT ("webhook_id", "event_id") DO UPDATE SET "due_at" = excluded."due_at", "content" = excluded."content"
           WHERE "content" ->> '$.state' = 'failed'`,
          id,
          delivery.eventId,
          delivery.dueAtMs,
          delivery.observedAtMs,
          JSON.stringify(delivery),
        );
      this.drop(id, bounds);
      return true;
    });
  }

  settle(id: string, delivery: Delivery, failingSinceMs: number | null): Promise<boolean> {
    return this.file.together(() => {
      this.file.run('UPDATE "webhooks" SET "failing_since" = ? WHERE "id" = ?', failingSinceMs ?? 0, id);
      return this.write(id, delivery) > 0;
    });
  }

  due(id: string, nowMs: number, limit: number): Promise<DueDeliveries> {
    return this.file.attempt(() => {
      const rows = this.file
        .all(
          'SELECT * FROM "deliveries" WHERE "webhook_id" = ? AND "due_at" <= ? ORDER BY "due_at", "number" LIMIT ?',
          id,
          nowMs,
          limit,
        )
        .map(storedDeliveryIn);
      const [next] = this.file.all(
        'SELECT "due_at" FROM "deliveries" WHERE "webhook_id" = ? AND "due_at" > ? ORDER BY "due_at" LIMIT 1',
        id,
        nowMs,
      );
      const pending = this.count(
        'SELECT COUNT(*) AS "n" FROM "deliveries" WHERE "webhook_id" = ? AND "due_at" IS NOT NULL',
        id,
      );
      return { rows, nextDueAtMs: next === undefined ? null : integerIn(next, 'due_at'), pending };
    });
  }

  close(): Promise<void> {
    return this.file.close();
  }

  private write(id: string, delivery: Delivery): number {
    return this.file.run(
      'UPDATE "deliveries" SET "due_at" = ?, "content" = ? WHERE "webhook_id" = ? AND "event_id" = ?',
      delivery.dueAtMs,
      JSON.stringify(delivery),
      id,
      delivery.eventId,
    );
  }

  private drop(id: string, { observedFromMs, maxFinished }: DeliveryBounds): void {
    this.file.run(
      `DELETE FROM "deliveries" WHERE "webhook_id" = ?1 AND "due_at" IS NULL AND ("observed_at" < ?2 OR "number" <= (
         SELECT "number" FROM "deliveries" WHERE "webhook_id" = ?1 AND "due_at" IS NULL
         ORDER BY "number" DESC LIMIT 1 OFFSET ?3))`,
      id,
      observedFromMs,
      maxFinished,
    );
  }

  private count(sql: string, ...values: string[]): number {
    return integerIn(this.file.all(sql, ...values)[0], 'n');
  }
}

function webhookIn(row: unknown): StoredWebhook {
  const failingSinceMs = integerIn(row, 'failing_since');
  return {
    id: textIn(row, 'id'),
    config: configIn(textIn(row, 'config')),
    version: integerIn(row, 'version'),
    cursor: cursorIn(textIn(row, 'cursor')),
    failingSinceMs: failingSinceMs === 0 ? null : failingSinceMs,
  };
}

function numberedIn(row: unknown): NumberedDelivery {
  return { delivery: storedDeliveryIn(row), number: integerIn(row, 'number') };
}

function storedDeliveryIn(row: unknown): Delivery {
  return deliveryIn(textIn(row, 'content'));
}
