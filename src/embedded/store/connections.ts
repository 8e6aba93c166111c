import { TIME_UNITS, type Schedule } from '../model/schedule';
import { SYNC_MODES, type SyncMode } from '../model/sync-modes';
import { arrayAt, isObject, parseObject, stringAt, stringsOf, type JsonObject } from '../platform/json';
import { workspaceFilter } from './actors';
import type { Database, SqlValue } from './database';
import type { Row } from './row';

/** A selected stream of a connection. */
export interface ConnectionStream {
  readonly name: string;
  readonly namespace: string | null;
  readonly syncMode: SyncMode;
  readonly cursorField: readonly string[];
  readonly primaryKey: readonly (readonly string[])[];
}

/** A selected stream with its schema at that time. */
export interface DescribedStream extends ConnectionStream {
  readonly jsonSchema: JsonObject;
}

export const CONNECTION_STATUSES = ['active', 'inactive', 'deprecated', 'locked'] as const;
export type ConnectionStatus = (typeof CONNECTION_STATUSES)[number];

/** A connection. */
export interface Connection {
  readonly id: string;
  readonly name: string;
  readonly sourceId: string;
  readonly destinationId: string;
  readonly workspaceId: string;
  readonly status: ConnectionStatus;
  readonly schedule: Schedule;
  /** Members that are stored and returned unchanged, such as prefix and namespaceDefinition. */
  readonly settings: JsonObject;
  readonly streams: readonly ConnectionStream[];
  readonly createdAt: Date;
}

/** Stores connections. A deleted one is kept with the status `deprecated`. */
export class ConnectionStore {
  constructor(private readonly db: Database) {}

  /** Runs the work in one transaction. */
  transaction<T>(work: () => T): T {
    return this.db.transaction(work);
  }

  /** Inserts or replaces a connection with the schemas of its streams. */
  saveDescribed(connection: Connection, streams: readonly DescribedStream[]): void {
    this.db.transaction(() => {
      this.save({ ...connection, streams });
      this.db.run(
        'INSERT OR REPLACE INTO "connection_schemas" ("connection_id", "schemas") VALUES (?, ?)',
        connection.id,
        JSON.stringify({ schemas: streams.map(({ jsonSchema }) => jsonSchema) }),
      );
    });
  }

  /** Inserts or replaces a connection without changing the schemas of its streams. */
  save(connection: Connection): void {
    const streams = connection.streams.map(({ name, namespace, syncMode, cursorField, primaryKey }) => ({
      name,
      namespace,
      syncMode,
      cursorField,
      primaryKey,
    }));
    this.db.run(
      `INSERT OR REPLACE INTO "connections" ("id", "name", "source_id", "destination_id", "workspace_id", "status",
         "cron_expression", "cron_time_zone", "basic_time_unit", "basic_units", "settings", "streams", "created_at")
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      connection.id,
      connection.name,
      connection.sourceId,
      connection.destinationId,
      connection.workspaceId,
      connection.status,
      ...scheduleColumns(connection.schedule),
      JSON.stringify(connection.settings),
      JSON.stringify({ streams }),
      connection.createdAt.getTime(),
    );
  }

  find(id: string): Connection | null {
    const row = this.db.one('SELECT * FROM "connections" WHERE "id" = ?', id);
    return row === null ? null : toConnection(row);
  }

  list(page: {
    workspaceIds: readonly string[];
    includeDeleted: boolean;
    limit: number;
    offset: number;
  }): Connection[] {
    const values: SqlValue[] = [page.includeDeleted ? 1 : 0, ...page.workspaceIds, page.limit, page.offset];
    return this.db
      .all(
        `SELECT * FROM "connections" WHERE (? = 1 OR "status" <> 'deprecated') ${workspaceFilter(page.workspaceIds)}
         ORDER BY "created_at" DESC, "id" LIMIT ? OFFSET ?`,
        ...values,
      )
      .map(toConnection);
  }

  /** The streams of a connection with their schemas, which may be large and are only needed by a sync. */
  describedStreams({ id, streams }: Connection): DescribedStream[] {
    const row = this.db.one('SELECT "schemas" FROM "connection_schemas" WHERE "connection_id" = ?', id);
    const schemas = row === null ? [] : arrayAt(row.json('schemas'), 'schemas');
    return streams.map((stream, index) => {
      const schema = schemas[index];
      return { ...stream, jsonSchema: isObject(schema) ? schema : {} };
    });
  }

  /** Every connection that is not deleted. */
  active(): Connection[] {
    return this.db.all(`SELECT * FROM "connections" WHERE "status" <> 'deprecated'`).map(toConnection);
  }

  /** Every active connection with a schedule. */
  scheduled(): Connection[] {
    return this.db
      .all(
        `SELECT * FROM "connections" WHERE "status" = 'active' AND ("cron_expression" IS NOT NULL OR "basic_units" IS NOT NULL)`,
      )
      .map(toConnection);
  }

  /** Connections that use an actor, without deleted ones. */
  using(actorId: string): Connection[] {
    return this.db
      .all(
        `SELECT * FROM "connections" WHERE "status" <> 'deprecated' AND ("source_id" = ? OR "destination_id" = ?)`,
        actorId,
        actorId,
      )
      .map(toConnection);
  }
}

function toConnection(row: Row): Connection {
  const status = row.text('status');
  return {
    id: row.text('id'),
    name: row.text('name'),
    sourceId: row.text('source_id'),
    destinationId: row.text('destination_id'),
    workspaceId: row.text('workspace_id'),
    status: CONNECTION_STATUSES.find((known) => known === status) ?? 'inactive',
    schedule: toSchedule(row),
    settings: row.json('settings'),
    streams: arrayAt(parseObject(row.text('streams')) ?? {}, 'streams')
      .filter(isObject)
      .map(toStream),
    createdAt: new Date(row.integer('created_at')),
  };
}

function scheduleColumns(schedule: Schedule): SqlValue[] {
  return [
    schedule.kind === 'cron' ? schedule.expression : null,
    schedule.kind === 'cron' ? schedule.timeZone : null,
    schedule.kind === 'basic' ? schedule.timeUnit : null,
    schedule.kind === 'basic' ? schedule.units : null,
  ];
}

function toSchedule(row: Row): Schedule {
  const expression = row.textOrNull('cron_expression');
  if (expression !== null)
    return { kind: 'cron', expression, timeZone: row.textOrNull('cron_time_zone') ?? 'UTC' };
  const timeUnit = TIME_UNITS.find((known) => known === row.textOrNull('basic_time_unit'));
  const units = row.integerOrNull('basic_units');
  return timeUnit === undefined || units === null ? { kind: 'manual' } : { kind: 'basic', timeUnit, units };
}

function toStream(stream: JsonObject): ConnectionStream {
  return {
    name: stringAt(stream, 'name') ?? '',
    namespace: stringAt(stream, 'namespace') ?? null,
    syncMode: SYNC_MODES.find((mode) => mode === stream['syncMode']) ?? 'full_refresh_overwrite',
    cursorField: stringsOf(stream['cursorField']),
    primaryKey: arrayAt(stream, 'primaryKey').map(stringsOf),
  };
}
