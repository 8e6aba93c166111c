import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { StartError } from '../../config/start-error';
import { EventStoreUnavailable } from '../../events/log/event-store';
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

type Statement = ReturnType<InstanceType<typeof DatabaseSync>['prepare']>;
type SqlValue = string | number | null;

/** Of the tables below. A later version that changes them has to upgrade the file. */
const SCHEMA_VERSION = 1;

const SCHEMA = `
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
CREATE INDEX IF NOT EXISTS "deliveries_of_webhook" ON "deliveries" ("webhook_id", "number");`;

/**
 * Webhooks of one process, in a file of DATA_DIR. Changes by callers survive a crash of the machine. Progress of deliveries
 * survives the end of the process; after a crash of the machine, the newest deliveries may be sent again.
 */
export class SqliteWebhookStore implements WebhookStore {
  private readonly statements = new Map<string, Statement>();

  private constructor(private readonly db: InstanceType<typeof DatabaseSync>) {}

  /**
   * Opens the file, and creates the folder if it is missing.
   * @throws StartError if another process has it open, or it cannot be used
   */
  static open(path: string): SqliteWebhookStore {
    let db: InstanceType<typeof DatabaseSync> | null = null;
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      // SQLite creates its other files with the mode of this one.
      closeSync(openSync(path, 'a', 0o600));
      db = new DatabaseSync(path);
      db.exec('PRAGMA locking_mode = EXCLUSIVE');
      db.exec('PRAGMA journal_mode = WAL');
      db.exec('PRAGMA synchronous = NORMAL');
      const version = integerIn(db.prepare('PRAGMA user_version').get(), 'user_version');
      if (version > SCHEMA_VERSION) throw new Error('a newer version of the gateway wrote it');
      db.exec(`${SCHEMA} PRAGMA user_version = ${SCHEMA_VERSION};`);
      return new SqliteWebhookStore(db);
    } catch (error) {
      db?.close();
      throw new StartError(
        `The webhooks in ${path} cannot be used: ${reasonOf(error)}. Make it usable, or set another DATA_DIR.`,
        { cause: error },
      );
    }
  }

  /** The file is locked as long as it is open, so there is no other process. */
  lead(): Promise<boolean> {
    return Promise.resolve(true);
  }

  resign(): Promise<void> {
    return Promise.resolve();
  }

  list(): Promise<readonly StoredWebhook[]> {
    return this.attempt(() => this.all('SELECT * FROM "webhooks" ORDER BY "id"').map(webhookIn));
  }

  find(id: string): Promise<StoredWebhook | null> {
    return this.attempt(
      () => this.all('SELECT * FROM "webhooks" WHERE "id" = ?', id).map(webhookIn)[0] ?? null,
    );
  }

  create(
    { id, config, cursor }: NewWebhook,
    bounds: WebhookBounds,
  ): Promise<'created' | 'owner-full' | 'full'> {
    return this.change(() => {
      if (this.count('SELECT COUNT(*) AS "n" FROM "webhooks"') >= bounds.ofAll) return 'full';
      const own = this.count('SELECT COUNT(*) AS "n" FROM "webhooks" WHERE "owner" = ?', config.owner);
      if (own >= bounds.ofOwner) return 'owner-full';
      this.run(
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
    return this.change(() => {
      const changed = this.run(
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
    return this.change(() => {
      this.run('DELETE FROM "deliveries" WHERE "webhook_id" = ?', id);
      return this.run('DELETE FROM "webhooks" WHERE "id" = ?', id) > 0;
    });
  }

  page(id: string, before: number | null, limit: number): Promise<readonly NumberedDelivery[]> {
    return this.attempt(() =>
      this.all(
        'SELECT * FROM "deliveries" WHERE "webhook_id" = ? AND "number" < ? ORDER BY "number" DESC LIMIT ?',
        id,
        before ?? Number.MAX_SAFE_INTEGER,
        limit,
      ).map(numberedIn),
    );
  }

  delivery(id: string, eventId: string): Promise<Delivery | null> {
    return this.attempt(() => {
      const rows = this.all(
        'SELECT * FROM "deliveries" WHERE "webhook_id" = ? AND "event_id" = ?',
        id,
        eventId,
      );
      return rows.map(storedDeliveryIn)[0] ?? null;
    });
  }

  requeue(id: string, delivery: Delivery): Promise<boolean> {
    return this.change(() => {
      if (this.write(id, delivery) === 0) return false;
      this.run('UPDATE "webhooks" SET "version" = "version" + 1 WHERE "id" = ?', id);
      return true;
    });
  }

  enqueue(
    id: string,
    { version, cursor }: Progress,
    deliveries: readonly Delivery[],
    bounds: DeliveryBounds,
  ): Promise<boolean> {
    return this.together(() => {
      const moved = this.run(
        'UPDATE "webhooks" SET "cursor" = ? WHERE "id" = ? AND "version" = ?',
        JSON.stringify(cursor),
        id,
        version,
      );
      if (moved === 0) return false;
      for (const delivery of deliveries)
        this.run(
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
    return this.together(() => {
      this.run('UPDATE "webhooks" SET "failing_since" = ? WHERE "id" = ?', failingSinceMs ?? 0, id);
      return this.write(id, delivery) > 0;
    });
  }

  due(id: string, nowMs: number, limit: number): Promise<DueDeliveries> {
    return this.attempt(() => {
      const rows = this.all(
        'SELECT * FROM "deliveries" WHERE "webhook_id" = ? AND "due_at" <= ? ORDER BY "due_at", "number" LIMIT ?',
        id,
        nowMs,
        limit,
      ).map(storedDeliveryIn);
      const [next] = this.all(
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
    return this.attempt(() => {
      // Statements that are not yet garbage collected keep the file open. Leaving WAL mode releases its lock.
      this.db.exec('PRAGMA journal_mode = DELETE');
      this.db.exec('PRAGMA locking_mode = NORMAL');
      this.count('SELECT COUNT(*) AS "n" FROM "webhooks"');
      this.db.close();
    });
  }

  private write(id: string, delivery: Delivery): number {
    return this.run(
      'UPDATE "deliveries" SET "due_at" = ?, "content" = ? WHERE "webhook_id" = ? AND "event_id" = ?',
      delivery.dueAtMs,
      JSON.stringify(delivery),
      id,
      delivery.eventId,
    );
  }

  private drop(id: string, { observedFromMs, maxFinished }: DeliveryBounds): void {
    this.run(
      `DELETE FROM "deliveries" WHERE "webhook_id" = ?1 AND "due_at" IS NULL AND ("observed_at" < ?2 OR "number" <= (
         SELECT "number" FROM "deliveries" WHERE "webhook_id" = ?1 AND "due_at" IS NULL
         ORDER BY "number" DESC LIMIT 1 OFFSET ?3))`,
      id,
      observedFromMs,
      maxFinished,
    );
  }

  /** A change by a caller, which is written to the disk at once. */
  private async change<T>(work: () => T): Promise<T> {
    await this.attempt(() => {
      this.db.exec('PRAGMA synchronous = FULL');
    });
    try {
      return await this.together(work);
    } finally {
      this.db.exec('PRAGMA synchronous = NORMAL');
    }
  }

  private together<T>(work: () => T): Promise<T> {
    return this.attempt(() => {
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
    });
  }

  private count(sql: string, ...values: SqlValue[]): number {
    return integerIn(this.all(sql, ...values)[0], 'n');
  }

  private run(sql: string, ...values: SqlValue[]): number {
    return this.prepare(sql).run(...values).changes;
  }

  private all(sql: string, ...values: SqlValue[]): unknown[] {
    return this.prepare(sql).all(...values);
  }

  private prepare(sql: string): Statement {
    const known = this.statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.db.prepare(sql);
    this.statements.set(sql, statement);
    return statement;
  }

  private attempt<T>(work: () => T): Promise<T> {
    try {
      return Promise.resolve(work());
    } catch (error) {
      return Promise.reject(new EventStoreUnavailable(reasonOf(error), { cause: error }));
    }
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

function reasonOf(error: unknown): string {
  const message =
    typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : '';
  return /locked|busy/i.test(message) ? 'another process uses it' : message;
}
