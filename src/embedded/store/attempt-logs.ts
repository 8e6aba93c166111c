import { arrayAt, isObject, numberAt, parseObject, stringAt, type JsonObject } from '../platform/json';
import type { Database } from './database';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const LOG_SOURCES = ['source', 'destination', 'platform'] as const;
export type LogSource = (typeof LOG_SOURCES)[number];

/** One line of the log of an attempt. Secrets are masked. */
export interface LogEvent {
  readonly atMs: number;
  readonly level: LogLevel;
  readonly source: LogSource;
  readonly message: string;
  readonly stackTrace?: string;
}

/** Logs that are kept, of all connections; each has at most a few hundred KiB. */
const MAX_LOGS = 1000;
/** Logs that one connection may keep, so that a failing one does not displace the logs of the others. */
const MAX_LOGS_OF_CONNECTION = 100;

/** Stores the logs of attempts. Only the newest are kept. */
export class AttemptLogStore {
  constructor(private readonly db: Database) {}

  save(connectionId: string, jobId: number, attempt: number, events: readonly LogEvent[]): void {
    this.db.transaction(() => {
      this.db.run(
        `INSERT OR REPLACE INTO "attempt_logs" ("job_id", "number", "connection_id", "events") VALUES (?, ?, ?, ?)`,
        jobId,
        attempt,
        connectionId,
        JSON.stringify({ events }),
      );
      this.db.run(
        `DELETE FROM "attempt_logs" WHERE "connection_id" = ? AND "rowid" NOT IN
           (SELECT "rowid" FROM "attempt_logs" WHERE "connection_id" = ? ORDER BY "rowid" DESC LIMIT ?)`,
        connectionId,
        connectionId,
        MAX_LOGS_OF_CONNECTION,
      );
      this.db.run(
        `DELETE FROM "attempt_logs" WHERE "rowid" NOT IN
           (SELECT "rowid" FROM "attempt_logs" ORDER BY "rowid" DESC LIMIT ?)`,
        MAX_LOGS,
      );
    });
  }

  /** The events of an attempt, oldest first; none if they are no longer kept. */
  find(jobId: number, attempt: number): LogEvent[] {
    const row = this.db.one(
      'SELECT "events" FROM "attempt_logs" WHERE "job_id" = ? AND "number" = ?',
      jobId,
      attempt,
    );
    const stored = row === null ? {} : (parseObject(row.text('events')) ?? {});
    return arrayAt(stored, 'events').filter(isObject).map(toEvent);
  }
}

function toEvent(event: JsonObject): LogEvent {
  const stackTrace = stringAt(event, 'stackTrace');
  return {
    atMs: numberAt(event, 'atMs') ?? 0,
    level: LOG_LEVELS.find((known) => known === event['level']) ?? 'info',
    source: LOG_SOURCES.find((known) => known === event['source']) ?? 'platform',
    message: stringAt(event, 'message') ?? '',
    ...(stackTrace === undefined ? {} : { stackTrace }),
  };
}
