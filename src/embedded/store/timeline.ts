import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../platform/json';
import type { Database, SqlValue } from './database';
import type { JobType } from './jobs';
import type { Row } from './row';

type JobVerb = 'STARTED' | 'SUCCEEDED' | 'INCOMPLETE' | 'FAILED' | 'CANCELLED';

/** Airbyte's types of events. */
export type EventType =
  | `${'SYNC' | 'REFRESH' | 'CLEAR'}_${JobVerb}`
  | 'CONNECTION_SETTINGS_UPDATE'
  | 'CONNECTION_ENABLED'
  | 'CONNECTION_DISABLED'
  | 'SCHEMA_CONFIG_UPDATE';

/** The type of an event about a job. */
export function jobEventType(type: JobType, verb: JobVerb): EventType {
  const family = type === 'sync' ? 'SYNC' : type === 'refresh' ? 'REFRESH' : 'CLEAR';
  return `${family}_${verb}`;
}

/** An entry of the timeline of a connection. */
export interface ConnectionEvent {
  readonly id: string;
  readonly connectionId: string;
  readonly type: string;
  /** The job of an event about a job, from which its summary is made. */
  readonly jobId: number | null;
  readonly summary: JsonObject;
  /** Whether a request caused it, and not the schedule or the engine. */
  readonly byUser: boolean;
  readonly createdAt: Date;
}

/** Filter and page of a list of events. */
export interface EventQuery {
  readonly connectionId: string;
  /** Null for events of all jobs and of none. */
  readonly jobId: number | null;
  /** Empty for every type. */
  readonly types: readonly string[];
  readonly createdFrom: Date | null;
  readonly createdTo: Date | null;
  readonly limit: number;
  readonly offset: number;
}

const MAX_EVENTS_OF_CONNECTION = 1000;

/** Stores the timeline of each connection. Only the newest events are kept. */
export class TimelineStore {
  constructor(private readonly db: Database) {}

  add(event: Omit<ConnectionEvent, 'id' | 'type'> & { readonly type: EventType }): void {
    this.db.transaction(() => {
      this.db.run(
        `INSERT INTO "connection_events" ("id", "connection_id", "type", "job_id", "summary", "by_user", "created_at")
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
        randomUUID(),
        event.connectionId,
        event.type,
        event.jobId,
        JSON.stringify(event.summary),
        event.byUser ? 1 : 0,
        event.createdAt.getTime(),
      );
      this.db.run(
        `DELETE FROM "connection_events" WHERE "connection_id" = ? AND "position" <= (
           SELECT "position" FROM "connection_events" WHERE "connection_id" = ?
           ORDER BY "position" DESC LIMIT 1 OFFSET ?)`,
        event.connectionId,
        event.connectionId,
        MAX_EVENTS_OF_CONNECTION,
      );
    });
  }

  /** Events, newest first. */
  list({ connectionId, jobId, types, createdFrom, createdTo, limit, offset }: EventQuery): ConnectionEvent[] {
    const values: SqlValue[] = [
      connectionId,
      jobId,
      jobId,
      types.length,
      JSON.stringify(types),
      createdFrom?.getTime() ?? 0,
      createdTo?.getTime() ?? Number.MAX_SAFE_INTEGER,
      limit,
      offset,
    ];
    return this.db
      .all(
        `SELECT * FROM "connection_events" WHERE "connection_id" = ? AND (? IS NULL OR "job_id" = ?)
           AND (? = 0 OR "type" IN (SELECT "value" FROM json_each(?)))
           AND "created_at" >= ? AND "created_at" <= ?
         ORDER BY "position" DESC LIMIT ? OFFSET ?`,
        ...values,
      )
      .map(toEvent);
  }
}

function toEvent(row: Row): ConnectionEvent {
  return {
    id: row.text('id'),
    connectionId: row.text('connection_id'),
    type: row.text('type'),
    jobId: row.integerOrNull('job_id'),
    summary: row.json('summary'),
    byUser: row.integer('by_user') === 1,
    createdAt: new Date(row.integer('created_at')),
  };
}
