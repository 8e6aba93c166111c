// Syncs between real Postgres databases through the embedded Airbyte: `npm run test:postgres`.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineProcess } from '../kill-test/engine-process.mjs';
import { PostgresServer } from './server.mjs';

const WORKSPACE = '18dccc91-0ab1-4f72-9ed7-0b8fc27c5826';

const TABLES = `
  CREATE TABLE "order" (
    "id" bigint PRIMARY KEY, "price" numeric, "ratio" double precision, "at" timestamptz, "local_at" timestamp,
    "day" date, "data" jsonb, "raw" json, "tags" text[], "matrix" int[][], "flag" boolean, "note" text,
    "blob" bytea, "span" interval, "select" text);
  INSERT INTO "order" VALUES
    (9007199254740993, 12345678901234567890.123456789012345678901234567890, 0.1, '2026-03-29 02:30:00.123456+02', '2026-03-29 02:30:00.5',
     '2026-02-28', '{"a": [1, {"b": null}]}', E'{"x":\\n 1}', ARRAY['a,b', NULL, '"q"'], '{{1,2},{3,4}}', true, E'line\\nbreak "quote" \\\\ 漢字 😀', '\\xdeadbeef',
     '1 year 2 days 03:04:05', 'reserved'),
    (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (3, 'NaN', '-Infinity', 'infinity', NULL, NULL, '"text"', 'null', '{}', NULL, false, '', '', NULL, ''),
    (-9223372036854775808, 0.10, 1e-300, '1999-12-31 23:59:60+00', NULL, '0001-01-01', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL);
  CREATE TABLE "events" ("id" int PRIMARY KEY, "updated" timestamptz(6), "value" text);
  INSERT INTO "events" SELECT "n", timestamptz '2026-01-01 00:00:00+00' + "n" * interval '1 microsecond', 'v' || "n" FROM generate_series(1, 25000) AS "n";
`;

class Flow {
  constructor(engine, server) {
    this.engine = engine;
    this.server = server;
  }

  config(database, more) {
    return {
      host: '127.0.0.1',
      port: this.server.port,
      database,
      username: 'tester',
      password: 'not-asked-for',
      ...more,
    };
  }

  async connect(sourceConfig, destinationConfig, streams, more = {}) {
    const body = (configuration) => ({ name: 'test', workspaceId: WORKSPACE, configuration });
    const { sourceId } = await this.engine.call('POST', '/sources', body(sourceConfig));
    const { destinationId } = await this.engine.call('POST', '/destinations', body(destinationConfig));
    const made = await this.engine.call('POST', '/connections', {
      sourceId,
      destinationId,
      configurations: { streams },
      ...more,
    });
    return made.connectionId;
  }

  async sync(connectionId) {
    const { jobId } = await this.engine.call('POST', '/jobs', { connectionId, jobType: 'sync' });
    for (;;) {
      const job = await this.engine.call('GET', `/jobs/${jobId}`);
      if (['succeeded', 'failed'].includes(job.status)) return job;
      await sleep(100);
    }
  }
}

const source = (flow, more = {}) =>
  flow.config('shop', { sourceType: 'postgres', schemas: ['public'], ...more });
const destination = (flow, more = {}) =>
  flow.config('lake', { destinationType: 'postgres', schema: 'raw', ...more });

const TESTS = {
  'every type arrives as it left': async (flow) => {
    const id = await flow.connect(source(flow), destination(flow), [{ name: 'order' }]);
    assert.equal((await flow.sync(id)).status, 'succeeded');
    const columns = `"id"::text, "price"::text, "ratio"::text, "at", "local_at", "day", "data", "raw"::jsonb, "tags", "matrix", "flag", "note", "blob", "span", "select"`;
    const left = flow.server
      .sql(
        `SET intervalstyle = 'iso_8601'; SELECT to_jsonb("t") FROM (SELECT ${columns} FROM "order" ORDER BY "id") AS "t"`,
        'shop',
      )
      .split('\n')
      .map(JSON.parse);
    const arrived = flow.server
      .sql(`SELECT to_jsonb("t") FROM (SELECT ${columns} FROM "raw"."order" ORDER BY "id") AS "t"`, 'lake')
      .split('\n')
      .map(JSON.parse);
    const same = (row) => ({ ...row, ratio: row.ratio === null ? null : Number(row.ratio) });
    assert.deepEqual(arrived.map(same), left.map(same));
  },

  'an incremental sync brings what is new, and rows that share the last cursor value are not missed': async (
    flow,
  ) => {
    const streams = [{ name: 'events', syncMode: 'incremental_deduped_history', cursorField: ['updated'] }];
    const id = await flow.connect(source(flow), destination(flow, { schema: 'dedup' }), streams);
    assert.equal((await flow.sync(id)).rowsSynced, 25_000);
    flow.server.sql(
      `INSERT INTO "events" SELECT 25001, "updated", 'same instant' FROM "events" WHERE "id" = 25000;
      UPDATE "events" SET "updated" = now(), "value" = 'changed' WHERE "id" = 7`,
      'shop',
    );
    assert.equal((await flow.sync(id)).rowsSynced, 3);
    assert.equal((await flow.sync(id)).rowsSynced, 0);
    const count = `SELECT COUNT(*), COUNT(DISTINCT "id"), MAX("value") FILTER (WHERE "id" = 7), MAX("value") FILTER (WHERE "id" = 25001) FROM "dedup"."events"`;
    assert.equal(flow.server.sql(count, 'lake'), '25001|25001|changed|same instant');
  },

  'overwriting replaces in one step': async (flow) => {
    const id = await flow.connect(source(flow), destination(flow, { schema: 'over' }), [{ name: 'events' }]);
    await flow.sync(id);
    flow.server.sql('DELETE FROM "events" WHERE "id" > 10', 'shop');
    await flow.sync(id);
    assert.equal(flow.server.sql('SELECT COUNT(*) FROM "over"."events"', 'lake'), '10');
    assert.equal(
      flow.server.sql(
        `SELECT COUNT(*) FROM information_schema.tables WHERE "table_name" LIKE '%airbyte_new'`,
        'lake',
      ),
      '0',
    );
  },

  'a value that does not fit fails the sync and says why': async (flow) => {
    flow.server.sql('CREATE SCHEMA "taken"; CREATE TABLE "taken"."events" ("value" integer)', 'lake');
    const id = await flow.connect(source(flow), destination(flow, { schema: 'taken' }), [
      { name: 'events', syncMode: 'full_refresh_append' },
    ]);
    assert.equal((await flow.sync(id)).status, 'failed');
    assert.equal(flow.server.sql('SELECT COUNT(*) FROM "taken"."events"', 'lake'), '0');
  },

  'a wrong database is refused when the source is made, without the password': async (flow) => {
    await assert.rejects(
      flow.connect(source(flow, { database: 'nowhere' }), destination(flow), []),
      (error) => {
        assert.match(error.message, /database \\?"nowhere\\?" does not exist/);
        assert.doesNotMatch(error.message, /not-asked-for/);
        return true;
      },
    );
  },

  'to files': async (flow) => {
    const local = { destinationType: 'local-json', destination_path: '/local/out' };
    const id = await flow.connect(source(flow), local, [{ name: 'order' }]);
    assert.equal((await flow.sync(id)).rowsSynced, 4);
    const lines = readFileSync(join(flow.dataDir, 'local/out/_airbyte_raw_order.jsonl'), 'utf8');
    assert.match(lines, /"price":12345678901234567890\.123456789012345678901234567890,/);
    assert.match(lines, /"id":9007199254740993,/);
  },
};

const server = await PostgresServer.start();
const dataDir = mkdtempSync(join(tmpdir(), 'postgres-test-data-'));
const log = [];
let failed = 0;
const engine = await EngineProcess.start(dataDir, log);
try {
  server.sql('CREATE DATABASE "shop"');
  server.sql('CREATE DATABASE "lake"');
  server.sql(TABLES, 'shop');
  const flow = new Flow(engine, server);
  flow.dataDir = dataDir;
  for (const [name, test] of Object.entries(TESTS)) {
    try {
      await test(flow);
      console.log(`ok   ${name}`);
    } catch (error) {
      failed++;
      console.log(`FAIL ${name}\n${error.stack}\n${log.join('')}`);
    }
  }
} finally {
  await engine.kill('SIGTERM');
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
console.log(failed === 0 ? 'all passed' : `${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
