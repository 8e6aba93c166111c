import type {
  CountedDraft,
  EventStore,
  LogBounds,
  LogChange,
  LogEnds,
  LogState,
  Part,
  StoredEvent,
} from './event-store';
import { type FileKind, SqliteFile } from './sqlite-file';
import { integerIn, textIn } from './stored-row';

/** Events dropped with one change, so that a change takes milliseconds also after a long pause. */
const MAX_DROPPED = 1000;

const KIND: FileKind = {
  title: 'The event log',
  version: 1,
  durability: 'FULL',
  tables: `
CREATE TABLE IF NOT EXISTS "meta" ("key" TEXT PRIMARY KEY, "value" INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS "events" (
  "position" INTEGER PRIMARY KEY AUTOINCREMENT,
  "id" TEXT NOT NULL UNIQUE,
  "type" TEXT NOT NULL,
  "connection_id" TEXT NOT NULL,
  "workspace_id" TEXT NOT NULL,
  "sequence" INTEGER NOT NULL,
  "observed_at" INTEGER NOT NULL,
  "content" TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS "events_of_ingestion" ON "events" ("connection_id");
CREATE TABLE IF NOT EXISTS "ingestions" (
  "connection_id" TEXT PRIMARY KEY,
  "sequence" INTEGER NOT NULL DEFAULT 0,
  "content" TEXT
) WITHOUT ROWID;`,
};

interface FirstEvent {
  readonly position: number;
  readonly observedAtMs: number;
}

/** The log of one process, in a file of DATA_DIR. What was appended survives a crash of the machine. */
export class SqliteEventStore implements EventStore {
  private completeUntilMs: number | null = null;

  private constructor(
    private readonly file: SqliteFile,
    private readonly bounds: LogBounds,
    private readonly nowMs: () => number,
  ) {}

  /** @throws StartError if another process has the file open, or it cannot be used */
  static open(path: string, bounds: LogBounds, nowMs: () => number): SqliteEventStore {
    return new SqliteEventStore(SqliteFile.open(path, KIND), bounds, nowMs);
  }

  /** The file is locked as long as it is open, so there is no other writer. */
  lead(completeUntilMs: number | null): Promise<boolean> {
    this.completeUntilMs = completeUntilMs ?? this.completeUntilMs;
    return Promise.resolve(true);
  }

  load(): Promise<LogState> {
    return this.file.attempt(() => {
      const begunAtMs = this.meta('begunAtMs');
      const cursorMs = this.meta('cursorMs');
      const rows = this.file.all(
        'SELECT "connection_id", "content" FROM "ingestions" WHERE "content" IS NOT NULL',
      );
      return {
        progress: begunAtMs === null || cursorMs === null ? null : { begunAtMs, cursorMs },
        known: rows.map((row) => ({
          connectionId: textIn(row, 'connection_id'),
          content: textIn(row, 'content'),
        })),
      };
    });
  }

  append(change: LogChange): Promise<void> {
    return this.file.together(() => {
      this.apply(change);
      this.drop();
    });
  }

  publish(draft: CountedDraft): Promise<void> {
    return this.file.together(() => {
      if (!this.hasEvent(draft.id)) this.insert(draft);
    });
  }

  read(after: string | null, limit: number): Promise<Part> {
    return this.file.attempt(() => {
      const rows = this.file.all(
        `SELECT "position", "type", "connection_id", "workspace_id", "sequence", "content" FROM "events"
         WHERE "position" > ? ORDER BY "position" LIMIT ?`,
        after === null ? 0 : Number(after),
        limit,
      );
      return { events: rows.map(storedEventIn), isEnd: rows.length < limit };
    });
  }

  find(id: string): Promise<StoredEvent | null> {
    return this.file.attempt(() => {
      const [row] = this.file.all(
        `SELECT "position", "type", "connection_id", "workspace_id", "sequence", "content" FROM "events"
         WHERE "id" = ?`,
        id,
      );
      return row === undefined ? null : storedEventIn(row);
    });
  }

  ends(): Promise<LogEnds> {
    return this.file.attempt(() => {
      const { oldest, newest } = this.firstAndLast();
      const dropped = this.meta('newestDropped');
      return {
        oldestObservedAtMs: oldest && oldest.observedAtMs,
        newest: newest === null ? null : String(newest),
        newestDropped: dropped === null ? null : String(dropped),
        completeUntilMs: this.completeUntilMs,
      };
    });
  }

  isPosition(text: string): boolean {
    return /^\d{1,15}$/.test(text);
  }

  comparePositions(a: string, b: string): number {
    return Number(a) - Number(b);
  }

  readAtMs(): Promise<number> {
    return this.file.attempt(() => this.meta('readAtMs') ?? 0);
  }

  noteReader(atMs: number): Promise<void> {
    return this.file.attempt(() => {
      this.setMeta('readAtMs', atMs);
    });
  }

  resign(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return this.file.close();
  }

  private apply({ drafts, known, progress }: LogChange): void {
    for (const draft of drafts) {
      if (this.hasEvent(draft.id)) continue;
      const [row] = this.file.all(
        `INSERT INTO "ingestions" ("connection_id", "sequence") VALUES (?, 1)
         ON CONFLICT ("connection_id") DO UPDATE SET "sequence" = "sequence" + 1 RETURNING "sequence"`,
        draft.subjectId,
      );
      this.insert({ ...draft, sequence: integerIn(row, 'sequence') });
    }
    for (const { connectionId, content } of known)
      this.file.run(
        `INSERT INTO "ingestions" ("connection_id", "content") VALUES (?, ?)
         ON CONFLICT ("connection_id") DO UPDATE SET "content" = excluded."content"`,
        connectionId,
        content,
      );
    this.setMeta('begunAtMs', progress.begunAtMs);
    this.setMeta('cursorMs', progress.cursorMs);
  }

  private hasEvent(id: string): boolean {
    return this.file.all('SELECT 1 FROM "events" WHERE "id" = ?', id).length > 0;
  }

  private insert({ id, type, subjectId, workspaceId, sequence, observedAtMs, content }: CountedDraft): void {
    this.file.run(
      `INSERT INTO "events" ("id", "type", "connection_id", "workspace_id", "sequence", "observed_at", "content")
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      id,
      type,
      subjectId,
      workspaceId,
      sequence,
      observedAtMs,
      content,
    );
  }

  /** Positions have no gaps, so they also count the events. */
  private drop(): void {
    const { oldest, newest } = this.firstAndLast();
    if (oldest === null || newest === null) return;
    const firstKept = newest - this.bounds.maxEvents + 1;
    const keptFromMs = this.nowMs() - this.bounds.retentionMs;
    if (oldest.observedAtMs >= keptFromMs && oldest.position >= firstKept) return;
    const rows = this.file.all(
      'SELECT "position", "observed_at" FROM "events" ORDER BY "position" LIMIT ?',
      MAX_DROPPED,
    );
    const kept = rows.findIndex(
      (row) => integerIn(row, 'observed_at') >= keptFromMs && integerIn(row, 'position') >= firstKept,
    );
    const last = integerIn(rows.at(kept < 0 ? -1 : kept - 1), 'position');
    // The number of events of an ingestion is needed as long as there are some.
    this.file.run(
      `DELETE FROM "ingestions" WHERE "connection_id" IN (
         SELECT "connection_id" FROM "events" WHERE "position" <= ?1 AND "type" = 'ingestion.deleted')
       AND NOT EXISTS (
         SELECT 1 FROM "events" WHERE "connection_id" = "ingestions"."connection_id" AND "position" > ?1)`,
      last,
    );
    this.file.run('DELETE FROM "events" WHERE "position" <= ?', last);
    this.setMeta('newestDropped', last);
  }

  private firstAndLast(): { oldest: FirstEvent | null; newest: number | null } {
    const [first] = this.file.all(
      'SELECT "position", "observed_at" FROM "events" ORDER BY "position" LIMIT 1',
    );
    const [last] = this.file.all('SELECT "position" FROM "events" ORDER BY "position" DESC LIMIT 1');
    return {
      oldest:
        first === undefined
          ? null
          : { position: integerIn(first, 'position'), observedAtMs: integerIn(first, 'observed_at') },
      newest: last === undefined ? null : integerIn(last, 'position'),
    };
  }

  private meta(key: string): number | null {
    const [row] = this.file.all('SELECT "value" FROM "meta" WHERE "key" = ?', key);
    return row === undefined ? null : integerIn(row, 'value');
  }

  private setMeta(key: string, value: number): void {
    this.file.run('INSERT OR REPLACE INTO "meta" VALUES (?, ?)', key, value);
  }
}

function storedEventIn(row: unknown): StoredEvent {
  return {
    position: String(integerIn(row, 'position')),
    type: textIn(row, 'type'),
    subjectId: textIn(row, 'connection_id'),
    workspaceId: textIn(row, 'workspace_id'),
    sequence: integerIn(row, 'sequence'),
    content: textIn(row, 'content'),
  };
}
