// Syncs between real Postgres databases through the embedded Airbyte: `npm run test:postgres`.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineProcess } from '../bench-embedded/engine-process.mjs';
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

  'types that JSON does not know arrive as Postgres writes them, times at the ends of time too': async (
    flow,
  ) => {
    flow.server.sql(
      `CREATE TYPE "mood" AS ENUM ('sad', 'it''s ok'); CREATE TYPE "pair" AS ("a" int, "b" text);
       CREATE DOMAIN "positive" AS numeric CHECK (VALUE > 0);
       CREATE TABLE "odd" ("id" int PRIMARY KEY, "mood" "mood", "moods" "mood"[], "pair" "pair", "pairs" "pair"[], "domain" "positive",
         "json_list" jsonb[], "range" int4range, "uuid" uuid, "ip" inet, "bits" bit(3), "money" money, "xml" xml, "timetz" timetz,
         "time" time, "at" timestamptz, "local_at" timestamp, "day" date, "blob" bytea, "fixed" char(5), "real" real, "oid" oid, "t" text DEFAULT 'like the alias');
       INSERT INTO "odd" VALUES
         (1, 'it''s ok', ARRAY['sad', NULL]::"mood"[], '(1,"a,b")', ARRAY['(1,x)', NULL]::"pair"[], 12345678901234567890.123,
          ARRAY['{"a": [1.10]}', 'null']::jsonb[], '[1,5)', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '10.0.0.1/8', B'101', 12.34, '<a>&amp;</a>', '12:00:00.123456+05:30',
          '24:00:00', '294276-12-31 23:59:59.999999+00', '4713-01-01 00:00:00 BC', '5874897-12-31', '\\x00ff', 'ab', 0.1, 4294967295),
         (2, NULL, '{}', NULL, '{}', NULL, '{}', 'empty', NULL, '::1', NULL, -92233720368547758.08, NULL, NULL,
          '00:00:00', '0044-03-15 12:00:00+00 BC', '-infinity', '0044-03-15 BC', '', '', 'NaN', 0),
         (3, NULL, NULL, '(,)', NULL, NULL, NULL, '(,)', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '-infinity', 'infinity', 'infinity', NULL, NULL, '-Infinity', NULL)`,
      'shop',
    );
    const to = destination(flow, { schema: 'odd' });
    const id = await flow.connect(source(flow), to, [{ name: 'odd' }]);
    assert.equal((await flow.sync(id)).status, 'succeeded', flow.log.join(''));
    const exact = [
      'at',
      'local_at',
      'day',
      'moods',
      'pairs',
      'json_list',
      'pair',
      'mood',
      'range',
      'uuid',
      'ip',
      'bits',
      'xml',
    ];
    const others = ['domain', 'timetz', 'time', 'blob', 'fixed', 'money', 'real', 'oid'];
    const read = (table, database, columns) =>
      flow.server
        .sql(
          `SET datestyle = 'ISO'; SET TIME ZONE 'UTC'; SELECT to_jsonb("t") FROM (SELECT ${columns.map((name) => `"${name}"`).join(', ')} FROM ${table} ORDER BY "id"::numeric) AS "t"`,
          database,
        )
        .split('\n')
        .map(JSON.parse);
    const texts = (rows) =>
      rows.map((row) =>
        Object.fromEntries(
          Object.entries(row).map(([name, value]) => [
            name,
            value === null || typeof value === 'object' ? value : String(value),
          ]),
        ),
      );
    const columns = [...exact, ...others];
    assert.deepEqual(texts(read('"odd"."odd"', 'lake', columns)), texts(read('"odd"', 'shop', columns)));
    flow.server.sql('DROP TABLE "odd"', 'shop');
  },

  'an incremental sync brings what is new, and rows that share the last cursor value are not missed': async (
    flow,
  ) => {
    const streams = [{ name: 'events', syncMode: 'incremental_deduped_history', cursorField: ['updated'] }];
    const connection = await flow.connect(source(flow), destination(flow, { schema: 'dedup' }), streams);
    assert.equal((await flow.sync(connection)).rowsSynced, 25_000);
    flow.server.sql(
      `INSERT INTO "events" SELECT 25001, "updated", 'same instant' FROM "events" WHERE "id" = 25000;
      UPDATE "events" SET "updated" = now(), "value" = 'changed' WHERE "id" = 7`,
      'shop',
    );
    assert.equal((await flow.sync(connection)).rowsSynced, 3);
    assert.equal((await flow.sync(connection)).rowsSynced, 0);
    for (const id of [25002, 25003]) {
      flow.server.sql(
        `INSERT INTO "events" SELECT ${id}, "updated", 'same instant' FROM "events" WHERE "id" = 7`,
        'shop',
      );
      // Those that share the cursor value come with the new one, and are told apart by the key.
      assert.equal((await flow.sync(connection)).rowsSynced, id - 25000);
      assert.equal((await flow.sync(connection)).rowsSynced, 0);
    }
    // As many as before, but one of them is another.
    flow.server.sql(
      `DELETE FROM "events" WHERE "id" = 25003; INSERT INTO "events" SELECT 25004, "updated", 'in its place' FROM "events" WHERE "id" = 7`,
      'shop',
    );
    assert.equal((await flow.sync(connection)).rowsSynced, 3);
    assert.equal((await flow.sync(connection)).rowsSynced, 0);
    flow.server.sql('DELETE FROM "events" WHERE "id" > 25001', 'shop');
    const count = `SELECT COUNT(*), COUNT(DISTINCT "id"), MAX("value") FILTER (WHERE "id" = 7), MAX("value") FILTER (WHERE "id" = 25001) FROM "dedup"."events"`;
    assert.equal(flow.server.sql(count, 'lake'), '25004|25004|changed|same instant');
  },

  'equal cursor values that are spelt differently are not read again and again': async (flow) => {
    flow.server.sql(
      `CREATE TABLE "spelt" ("id" int PRIMARY KEY, "at" numeric); INSERT INTO "spelt" VALUES (1, 1.0), (2, 1.00), (3, 1.000)`,
      'shop',
    );
    const streams = [{ name: 'spelt', syncMode: 'incremental_append', cursorField: ['at'] }];
    const id = await flow.connect(source(flow), destination(flow, { schema: 'spelt' }), streams);
    for (const rows of [3, 0, 0]) assert.equal((await flow.sync(id)).rowsSynced, rows);
    flow.server.sql('DROP TABLE "spelt"', 'shop');
  },

  'a stream that was appended can be deduplicated, by another key too, and be appended again': async (
    flow,
  ) => {
    flow.server.sql(
      `CREATE TABLE "moved" ("id" int, "at" int, "v" text); INSERT INTO "moved" VALUES (1, 1, 'a'), (1, 2, 'b'), (NULL, 3, 'c'), (NULL, 4, 'd')`,
      'shop',
    );
    const sync = async (syncMode, key) => {
      const streams = [{ name: 'moved', syncMode, cursorField: ['at'], ...(key && { primaryKey: [[key]] }) }];
      const id = await flow.connect(source(flow), destination(flow, { schema: 'moved' }), streams);
      assert.equal((await flow.sync(id)).status, 'succeeded', flow.log.join(''));
      return flow.server.sql(`SELECT string_agg("v", '' ORDER BY "v") FROM "moved"."moved"`, 'lake');
    };
    assert.equal(await sync('full_refresh_append'), 'abcd');
    assert.equal(await sync('incremental_deduped_history', 'id'), 'bd');
    assert.equal(await sync('incremental_deduped_history', 'v'), 'abcd');
    assert.equal(await sync('incremental_append'), 'aabbccdd');
    flow.server.sql('DROP TABLE "moved"', 'shop');
  },

  'a table of the longest name is replaced, one of a longer name refused, and none in the way of another':
    async (flow) => {
      const [long, near] = ['x'.repeat(63), 'events_airbyte_new'];
      for (const name of [long, near]) flow.server.sql(`CREATE TABLE "${name}" AS SELECT 1 AS "id"`, 'shop');
      const to = destination(flow, { schema: 'names' });
      const id = await flow.connect(
        source(flow),
        to,
        [long, near, 'events'].map((name) => ({ name })),
      );
      for (let run = 0; run < 2; run++)
        assert.equal((await flow.sync(id)).status, 'succeeded', flow.log.join(''));
      const rows = (name) => flow.server.sql(`SELECT COUNT(*) FROM "names"."${name}"`, 'lake');
      assert.deepEqual([rows(long), rows(near)], ['1', '1']);
      const longer = await flow.connect(source(flow), to, [{ name: long }], { prefix: 'p_' });
      assert.equal((await flow.sync(longer)).status, 'failed');
      assert.match(flow.log.join(''), /is longer than Postgres takes/);
      await assert.rejects(
        flow.connect(source(flow), destination(flow, { schema: 'y'.repeat(64) }), [{ name: 'events' }]),
        /The schema y+ cannot be used: the name has 64 bytes and is longer than Postgres takes/,
      );
      for (const name of [long, near]) flow.server.sql(`DROP TABLE "${name}"`, 'shop');
    },

  'all streams of a sync are read from one snapshot, whatever is moved between them meanwhile': async (
    flow,
  ) => {
    const rows = 100_000;
    flow.server.sql(
      `CREATE TABLE "a_from" AS SELECT "n" AS "id" FROM generate_series(1, ${rows}) AS "n"; CREATE TABLE "b_to" ("id" int)`,
      'shop',
    );
    const move = `WITH "gone" AS (DELETE FROM "a_from" WHERE "id" IN (SELECT "id" FROM "a_from" LIMIT 1000) RETURNING *) INSERT INTO "b_to" SELECT * FROM "gone"`;
    const streams = [{ name: 'a_from' }, { name: 'b_to' }];
    const id = await flow.connect(source(flow), destination(flow, { schema: 'moved' }), streams);
    const { jobId } = await flow.engine.call('POST', '/jobs', { connectionId: id, jobType: 'sync' });
    let job;
    do {
      flow.server.sql(move, 'shop');
      job = await flow.engine.call('GET', `/jobs/${jobId}`);
    } while (!['succeeded', 'failed'].includes(job.status));
    assert.equal(job.status, 'succeeded', flow.log.join(''));
    const arrived = `SELECT COUNT(*), COUNT(DISTINCT "id") FROM (SELECT "id" FROM "moved"."a_from" UNION ALL SELECT "id" FROM "moved"."b_to") AS "all"`;
    assert.equal(flow.server.sql(arrived, 'lake'), `${rows}|${rows}`);
    flow.server.sql('DROP TABLE "a_from", "b_to"', 'shop');
  },

  'a key may be made of several columns': async (flow) => {
    flow.server.sql(
      `CREATE TABLE "stock" ("shop" int, "item" text, "at" timestamptz, "count" int, PRIMARY KEY ("shop", "item"));
       INSERT INTO "stock" SELECT "s", 'item ' || "i", timestamptz '2026-01-01' + "i" * interval '1 s', 1 FROM generate_series(1, 3) AS "s", generate_series(1, 4) AS "i"`,
      'shop',
    );
    const streams = [{ name: 'stock', syncMode: 'incremental_deduped_history', cursorField: ['at'] }];
    const id = await flow.connect(source(flow), destination(flow, { schema: 'keys' }), streams);
    assert.equal((await flow.sync(id)).rowsSynced, 12);
    flow.server.sql(
      `UPDATE "stock" SET "count" = 7, "at" = now() WHERE "shop" = 2 AND "item" = 'item 3'; INSERT INTO "stock" VALUES (4, 'item 3', now(), 9)`,
      'shop',
    );
    assert.equal((await flow.sync(id)).rowsSynced, 2);
    const found = `SELECT COUNT(*), SUM("count"), MAX("count") FILTER (WHERE "shop" = 2 AND "item" = 'item 3') FROM "keys"."stock"`;
    assert.equal(flow.server.sql(found, 'lake'), '13|27|7');
    flow.server.sql('DROP TABLE "stock"', 'shop');
  },

  'tables of one name in two schemas are kept apart, or refused where they would be mixed': async (flow) => {
    flow.server.sql(
      `CREATE SCHEMA "north"; CREATE SCHEMA "south"; CREATE TABLE "north"."twin" AS SELECT 1 AS "id"; CREATE TABLE "south"."twin" AS SELECT 2 AS "id"`,
      'shop',
    );
    const from = source(flow, { schemas: ['north', 'south'] });
    const streams = ['north', 'south'].map((namespace) => ({ name: 'twin', namespace }));
    const apart = await flow.connect(from, destination(flow), streams, { namespaceDefinition: 'source' });
    assert.equal((await flow.sync(apart)).status, 'succeeded', flow.log.join(''));
    const ids = ['north', 'south'].map((schema) =>
      flow.server.sql(`SELECT "id" FROM "${schema}"."twin"`, 'lake'),
    );
    assert.deepEqual(ids, ['1', '2']);
    await assert.rejects(
      flow.connect(from, destination(flow, { schema: 'mixed' }), streams),
      /Two streams, twin among them, would both write to table mixed\.twin/,
    );
    flow.server.sql('DROP SCHEMA "north", "south" CASCADE', 'shop');
  },

  'overwriting replaces in one step': async (flow) => {
    const id = await flow.connect(source(flow), destination(flow, { schema: 'over' }), [{ name: 'events' }]);
    await flow.sync(id);
    flow.server.sql('DELETE FROM "events" WHERE "id" > 10', 'shop');
    await flow.sync(id);
    assert.equal(flow.server.sql('SELECT COUNT(*) FROM "over"."events"', 'lake'), '10');
    assert.equal(
      flow.server.sql(
        `SELECT COUNT(*) FROM information_schema.tables WHERE "table_name" LIKE '_airbyte_new%'`,
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

  'a column that the source gets later arrives too': async (flow) => {
    flow.server.sql('CREATE TABLE "grown" AS SELECT 1 AS "id"', 'shop');
    const to = destination(flow, { schema: 'grown' });
    const ids = [];
    for (const syncMode of ['full_refresh_overwrite', 'full_refresh_append'])
      ids.push(await flow.connect(source(flow), to, [{ name: 'grown', syncMode }]));
    flow.server.sql(
      `ALTER TABLE "grown" ADD COLUMN "lâte" numeric DEFAULT 12345678901234567890.5, ADD COLUMN "text" text DEFAULT 'x'`,
      'shop',
    );
    for (const id of ids) assert.equal((await flow.sync(id)).status, 'succeeded', flow.log.join(''));
    assert.equal(
      flow.server.sql(`SELECT "id", "lâte"::text, "text" FROM "grown"."grown"`, 'lake'),
      ['1|12345678901234567890.5|"x"', '1|12345678901234567890.5|"x"'].join('\n'),
    );
    flow.server.sql('DROP TABLE "grown"', 'shop');
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
  flow.log = log;
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
