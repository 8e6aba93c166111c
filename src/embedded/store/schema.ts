import { arrayAt, isObject, parseObject } from '../platform/json';
import type { Row } from './row';

/** The database, as upgrades in code use it. */
interface UpgradedState {
  all(sql: string): Row[];
  run(sql: string, ...values: string[]): unknown;
}

type Upgrade = string | ((state: UpgradedState) => void);

/** Each entry upgrades the state by one version. Released entries must not be changed. */
export const SCHEMA: readonly Upgrade[] = [
  `
  CREATE TABLE "workspaces" (
    "id" TEXT PRIMARY KEY, "name" TEXT NOT NULL, "created_at" INTEGER NOT NULL
  );
  CREATE TABLE "actors" (
    "id" TEXT PRIMARY KEY, "kind" TEXT NOT NULL CHECK ("kind" IN ('source', 'destination')),
    "name" TEXT NOT NULL, "definition_id" TEXT NOT NULL, "workspace_id" TEXT NOT NULL,
    "configuration" TEXT NOT NULL, "created_at" INTEGER NOT NULL, "deleted" INTEGER NOT NULL DEFAULT 0
  );
  CREATE TABLE "connections" (
    "id" TEXT PRIMARY KEY, "name" TEXT NOT NULL, "source_id" TEXT NOT NULL, "destination_id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL, "status" TEXT NOT NULL,
    "cron_expression" TEXT, "cron_time_zone" TEXT,
    "settings" TEXT NOT NULL, "streams" TEXT NOT NULL, "created_at" INTEGER NOT NULL
  );
  CREATE TABLE "jobs" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT, "connection_id" TEXT NOT NULL, "job_type" TEXT NOT NULL,
    "status" TEXT NOT NULL, "scheduled" INTEGER NOT NULL,
    "created_at" INTEGER NOT NULL, "started_at" INTEGER, "updated_at" INTEGER NOT NULL,
    "failure_type" TEXT, "failure_origin" TEXT, "failure_message" TEXT
  );
  CREATE INDEX "jobs_by_connection" ON "jobs" ("connection_id", "created_at");
  CREATE TABLE "attempts" (
    "job_id" INTEGER NOT NULL, "number" INTEGER NOT NULL, "status" TEXT NOT NULL,
    "started_at" INTEGER NOT NULL, "ended_at" INTEGER,
    "failure_type" TEXT, "failure_origin" TEXT, "failure_message" TEXT,
    PRIMARY KEY ("job_id", "number")
  );
  CREATE TABLE "job_streams" (
    "job_id" INTEGER NOT NULL, "namespace" TEXT NOT NULL, "name" TEXT NOT NULL,
    "rows" INTEGER NOT NULL, "bytes" INTEGER NOT NULL,
    PRIMARY KEY ("job_id", "namespace", "name")
  );
  CREATE TABLE "states" (
    "connection_id" TEXT NOT NULL, "namespace" TEXT NOT NULL, "name" TEXT NOT NULL,
    "message" TEXT NOT NULL, "job_id" INTEGER NOT NULL,
    PRIMARY KEY ("connection_id", "namespace", "name")
  );
  CREATE TABLE "processes" (
    "pid" INTEGER NOT NULL, "started" TEXT, "job_id" INTEGER NOT NULL
  );
  `,
  // The masked configuration. The configuration itself is encrypted from this version on.
  `ALTER TABLE "actors" ADD COLUMN "shown" TEXT`,
  // Indexes for the queries of the scheduler, independent of the number of finished jobs.
  `
  CREATE INDEX "jobs_unfinished" ON "jobs" ("connection_id")
    WHERE "status" IN ('pending', 'queued', 'running', 'incomplete');
  CREATE INDEX "jobs_scheduled" ON "jobs" ("connection_id", "id") WHERE "scheduled" = 1;
  `,
  // States by stream for all types of messages, so that the state of one stream can be deleted.
  `
  CREATE TABLE "source_states" (
    "connection_id" TEXT NOT NULL, "scope" TEXT NOT NULL CHECK ("scope" IN ('connection', 'stream')),
    "namespace" TEXT NOT NULL, "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL CHECK ("kind" IN ('STREAM', 'GLOBAL', 'LEGACY')),
    "state" TEXT NOT NULL, "job_id" INTEGER NOT NULL,
    PRIMARY KEY ("connection_id", "scope", "namespace", "name")
  );
  INSERT INTO "source_states"
    SELECT "connection_id", 'stream', "namespace", "name", 'STREAM', "message" -> '$.stream.stream_state', "job_id"
    FROM "states" WHERE json_type("message", '$.stream.stream_state') NOT IN ('null');
  INSERT INTO "source_states"
    SELECT "connection_id", 'connection', '', '', 'GLOBAL', "message" -> '$.global.shared_state', "job_id"
    FROM "states" WHERE json_type("message", '$.global.shared_state') NOT IN ('null');
  INSERT OR REPLACE INTO "source_states"
    SELECT "connection_id", 'stream', COALESCE("value" ->> '$.stream_descriptor.namespace', ''),
      "value" ->> '$.stream_descriptor.name', 'GLOBAL', "value" -> '$.stream_state', "job_id"
    FROM "states", json_each("message", '$.global.stream_states')
    WHERE json_type("value", '$.stream_state') NOT IN ('null');
  INSERT INTO "source_states"
    SELECT "connection_id", 'connection', '', '', 'LEGACY', "message" -> '$.data', "job_id"
    FROM "states" WHERE json_type("message", '$.stream') IS NULL AND json_type("message", '$.global') IS NULL
      AND json_type("message", '$.data') NOT IN ('null');
  DROP TABLE "states";
  `,
  // The next firing of each connection, to detect firings that were missed while the process was down.
  `CREATE TABLE "next_firings" ("connection_id" TEXT PRIMARY KEY, "at" INTEGER NOT NULL)`,
  // Row counts at the destination, to detect an overwrite that would delete them.
  `
  CREATE TABLE "held_rows" (
    "connection_id" TEXT NOT NULL, "namespace" TEXT NOT NULL, "name" TEXT NOT NULL, "rows" INTEGER NOT NULL,
    PRIMARY KEY ("connection_id", "namespace", "name")
  );
  `,
  // Schemas may be large and are not needed to list connections.
  `CREATE TABLE "connection_schemas" ("connection_id" TEXT PRIMARY KEY, "schemas" TEXT NOT NULL)`,
  moveSchemas,
  // The details of failures, and the counts of each attempt by stream.
  `
  ALTER TABLE "attempts" ADD COLUMN "failure_internal" TEXT;
  ALTER TABLE "attempts" ADD COLUMN "failure_stack" TEXT;
  CREATE TABLE "attempt_streams" (
    "job_id" INTEGER NOT NULL, "number" INTEGER NOT NULL, "namespace" TEXT NOT NULL, "name" TEXT NOT NULL,
    "rows_emitted" INTEGER NOT NULL DEFAULT 0, "bytes_emitted" INTEGER NOT NULL DEFAULT 0,
    "rows_committed" INTEGER NOT NULL DEFAULT 0, "bytes_committed" INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY ("job_id", "number", "namespace", "name")
  );
  `,
  // The newest logs of attempts.
  `
  CREATE TABLE "attempt_logs" (
    "job_id" INTEGER NOT NULL, "number" INTEGER NOT NULL, "connection_id" TEXT NOT NULL, "events" TEXT NOT NULL,
    PRIMARY KEY ("job_id", "number")
  );
  CREATE INDEX "attempt_logs_by_connection" ON "attempt_logs" ("connection_id");
  `,
  // Intervals, and the timeline of connections.
  `
  ALTER TABLE "connections" ADD COLUMN "basic_time_unit" TEXT;
  ALTER TABLE "connections" ADD COLUMN "basic_units" INTEGER;
  CREATE TABLE "connection_events" (
    "position" INTEGER PRIMARY KEY AUTOINCREMENT, "id" TEXT NOT NULL UNIQUE, "connection_id" TEXT NOT NULL,
    "type" TEXT NOT NULL, "job_id" INTEGER, "summary" TEXT NOT NULL, "by_user" INTEGER NOT NULL, "created_at" INTEGER NOT NULL
  );
  CREATE INDEX "connection_events_by_connection" ON "connection_events" ("connection_id", "position");
  `,
  // The streams of refreshes and clears, and those whose rows the next job must replace.
  `
  ALTER TABLE "jobs" ADD COLUMN "scope" TEXT;
  CREATE TABLE "replacements" (
    "connection_id" TEXT NOT NULL, "namespace" TEXT NOT NULL, "name" TEXT NOT NULL,
    PRIMARY KEY ("connection_id", "namespace", "name")
  );
  `,
  // Tags of workspaces, and the connections that have them.
  `
  CREATE TABLE "tags" (
    "id" TEXT PRIMARY KEY, "workspace_id" TEXT NOT NULL, "name" TEXT NOT NULL, "color" TEXT NOT NULL,
    UNIQUE ("workspace_id", "name")
  );
  CREATE TABLE "connection_tags" (
    "connection_id" TEXT NOT NULL, "tag_id" TEXT NOT NULL, PRIMARY KEY ("connection_id", "tag_id")
  );
  CREATE INDEX "connection_tags_by_tag" ON "connection_tags" ("tag_id");
  `,
];

function moveSchemas(state: UpgradedState): void {
  for (const row of state.all('SELECT "id", "streams" FROM "connections"')) {
    const streams = arrayAt(parseObject(row.text('streams')) ?? {}, 'streams').filter(isObject);
    const schemas = streams.map(({ jsonSchema }) => jsonSchema ?? {});
    const rest = streams.map((stream) =>
      Object.fromEntries(Object.entries(stream).filter(([name]) => name !== 'jsonSchema')),
    );
    state.run(
      'UPDATE "connections" SET "streams" = ? WHERE "id" = ?',
      JSON.stringify({ streams: rest }),
      row.text('id'),
    );
    state.run('INSERT INTO "connection_schemas" VALUES (?, ?)', row.text('id'), JSON.stringify({ schemas }));
  }
}

/** The current version of the schema. */
export const SCHEMA_VERSION = SCHEMA.length;
