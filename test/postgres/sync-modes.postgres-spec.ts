import { objectAt, type JsonObject } from '../../src/embedded/platform/json';
import { SyncFlow } from './sync-flow';

const EVENTS = `
  CREATE TABLE "events" ("id" int PRIMARY KEY, "updated" timestamptz(6), "value" text);
  INSERT INTO "events" SELECT "n", timestamptz '2026-01-01 00:00:00+00' + "n" * interval '1 microsecond', 'v' || "n" FROM generate_series(1, 25000) AS "n"`;

describe('syncs from Postgres to Postgres', () => {
  let flow: SyncFlow;
  beforeAll(async () => {
    flow = await SyncFlow.start(EVENTS);
  });
  afterAll(async () => {
    await flow.stop();
  });

  it('read new rows, and miss no rows with the last cursor value', async () => {
    const streams = [{ name: 'events', syncMode: 'incremental_deduped_history', cursorField: ['updated'] }];
    const id = await flow.connect(flow.source(), flow.destination('dedup'), streams);
    expect(await flow.sync(id)).toBe(25_000);
    flow.shop(
      `INSERT INTO "events" SELECT 25001, "updated", 'same instant' FROM "events" WHERE "id" = 25000;
       UPDATE "events" SET "updated" = now(), "value" = 'changed' WHERE "id" = 7`,
    );
    expect([await flow.sync(id), await flow.sync(id)]).toEqual([3, 0]);
    for (const row of [25002, 25003]) {
      flow.shop(`INSERT INTO "events" SELECT ${row}, "updated", 'same instant' FROM "events" WHERE "id" = 7`);
      // Rows with the same cursor value are read with the new one. The key distinguishes them.
      expect([await flow.sync(id), await flow.sync(id)]).toEqual([row - 25000, 0]);
    }
    // The number is the same, but one row is different.
    flow.shop(
      `DELETE FROM "events" WHERE "id" = 25003; INSERT INTO "events" SELECT 25004, "updated", 'in its place' FROM "events" WHERE "id" = 7`,
    );
    expect([await flow.sync(id), await flow.sync(id)]).toEqual([3, 0]);
    flow.shop('DELETE FROM "events" WHERE "id" > 25001');
    const count = `SELECT COUNT(*), COUNT(DISTINCT "id"), MAX("value") FILTER (WHERE "id" = 7), MAX("value") FILTER (WHERE "id" = 25001) FROM "dedup"."events"`;
    expect(flow.lake(count)).toBe('25004|25004|changed|same instant');
  });

  it('do not repeatedly read equal cursor values with different texts', async () => {
    flow.shop(
      'CREATE TABLE "spelt" ("id" int PRIMARY KEY, "at" numeric); INSERT INTO "spelt" VALUES (1, 1.0), (2, 1.00), (3, 1.000)',
    );
    const streams = [{ name: 'spelt', syncMode: 'incremental_append', cursorField: ['at'] }];
    const id = await flow.connect(flow.source(), flow.destination('spelt'), streams);
    expect([await flow.sync(id), await flow.sync(id), await flow.sync(id)]).toEqual([3, 0, 0]);
  });

  it('deduplicate an appended stream, also by another key, and append to it again', async () => {
    flow.shop(
      `CREATE TABLE "moved" ("id" int, "at" int, "v" text); INSERT INTO "moved" VALUES (1, 1, 'a'), (1, 2, 'b'), (NULL, 3, 'c'), (NULL, 4, 'd')`,
    );
    const synced = async (syncMode: string, key?: string): Promise<string> => {
      const more = key === undefined ? {} : { primaryKey: [[key]] };
      const streams = [{ name: 'moved', syncMode, cursorField: ['at'], ...more }];
      await flow.sync(await flow.connect(flow.source(), flow.destination('moved'), streams));
      return flow.lake(`SELECT string_agg("v", '' ORDER BY "v") FROM "moved"."moved"`);
    };
    expect(await synced('full_refresh_append')).toBe('abcd');
    expect(await synced('incremental_deduped_history', 'id')).toBe('bd');
    expect(await synced('incremental_deduped_history', 'v')).toBe('abcd');
    expect(await synced('incremental_append')).toBe('aabbccdd');
  });

  it('refresh a deduplicated stream to one row for each key, without rows that were deleted, and clear it', async () => {
    flow.shop(
      `CREATE TABLE "fresh" ("id" int, "at" int, "v" text); INSERT INTO "fresh" VALUES (1, 1, 'a'), (1, 2, 'b'), (2, 3, 'c')`,
    );
    const stream = { name: 'fresh', cursorField: ['at'], primaryKey: [['id']] };
    const streams = [{ ...stream, syncMode: 'incremental_deduped_history' }];
    const connectionId = await flow.connect(flow.source(), flow.destination('fresh'), streams);
    const { client } = flow.embedded;
    const run = async (operation: string, more: JsonObject): Promise<string> => {
      const { body } = await client.internal(`/connections/${operation}`, { connectionId, ...more });
      await client.jobIn(Number(objectAt(body, 'job')?.['id']), 'succeeded');
      return flow.lake(`SELECT string_agg("v", '' ORDER BY "v") FROM "fresh"."fresh"`);
    };
    await flow.sync(connectionId);
    flow.shop(`DELETE FROM "fresh" WHERE "id" = 2; INSERT INTO "fresh" VALUES (3, 1, 'd')`);
    expect(await run('refresh', { refreshMode: 'Merge' })).toBe('bcd');
    expect(await run('refresh', { refreshMode: 'Truncate' })).toBe('bd');
    flow.shop(`INSERT INTO "fresh" VALUES (3, 9, 'e')`);
    await flow.sync(connectionId);
    expect(flow.lake(`SELECT string_agg("v", '' ORDER BY "v") FROM "fresh"."fresh"`)).toBe('be');
    expect(await run('clear', {})).toBe('');
  });

  it('replace a table with the longest possible name, and refuse a longer name', async () => {
    const [long, near] = ['x'.repeat(63), 'events_airbyte_new'] as const;
    for (const name of [long, near]) flow.shop(`CREATE TABLE "${name}" AS SELECT 1 AS "id"`);
    const to = flow.destination('names');
    const streams = [long, near, 'events'].map((name) => ({ name }));
    const id = await flow.connect(flow.source(), to, streams);
    for (let run = 0; run < 2; run++) await flow.sync(id);
    const rows = (name: string): string => flow.lake(`SELECT COUNT(*) FROM "names"."${name}"`);
    expect([rows(long), rows(near)]).toEqual(['1', '1']);
    await flow.fail(await flow.connect(flow.source(), to, [{ name: long }], { prefix: 'p_' }));
    expect(flow.log).toMatch(/is longer than Postgres takes/);
    await expect(
      flow.connect(flow.source(), flow.destination('y'.repeat(64)), [{ name: 'events' }]),
    ).rejects.toThrow(
      /The schema y+ cannot be used: the name has 64 bytes and is longer than Postgres takes/,
    );
    for (const name of [long, near]) flow.shop(`DROP TABLE "${name}"`);
  });

  it('read all streams from one snapshot while rows move between them', async () => {
    const rows = 100_000;
    flow.shop(
      `CREATE TABLE "a_from" AS SELECT "n" AS "id" FROM generate_series(1, ${rows}) AS "n"; CREATE TABLE "b_to" ("id" int)`,
    );
    const streams = [{ name: 'a_from' }, { name: 'b_to' }];
    const id = await flow.connect(flow.source(), flow.destination('snapshot'), streams);
    const running = { ended: false };
    const sync = flow.sync(id).finally(() => {
      running.ended = true;
    });
    let moves = 0;
    while (!running.ended) {
      await flow.server.sqlBeside(
        `WITH "gone" AS (DELETE FROM "a_from" WHERE "id" IN (SELECT "id" FROM "a_from" LIMIT 1000) RETURNING *) INSERT INTO "b_to" SELECT * FROM "gone"`,
        'shop',
      );
      moves++;
    }
    await sync;
    expect(moves).toBeGreaterThan(1);
    const arrived = `SELECT COUNT(*), COUNT(DISTINCT "id") FROM (SELECT "id" FROM "snapshot"."a_from" UNION ALL SELECT "id" FROM "snapshot"."b_to") AS "all"`;
    expect(flow.lake(arrived)).toBe(`${rows}|${rows}`);
  });

  it('accept a key of several columns', async () => {
    flow.shop(
      `CREATE TABLE "stock" ("shop" int, "item" text, "at" timestamptz, "count" int, PRIMARY KEY ("shop", "item"));
       INSERT INTO "stock" SELECT "s", 'item ' || "i", timestamptz '2026-01-01' + "i" * interval '1 s', 1 FROM generate_series(1, 3) AS "s", generate_series(1, 4) AS "i"`,
    );
    const streams = [{ name: 'stock', syncMode: 'incremental_deduped_history', cursorField: ['at'] }];
    const id = await flow.connect(flow.source(), flow.destination('keys'), streams);
    expect(await flow.sync(id)).toBe(12);
    flow.shop(
      `UPDATE "stock" SET "count" = 7, "at" = now() WHERE "shop" = 2 AND "item" = 'item 3'; INSERT INTO "stock" VALUES (4, 'item 3', now(), 9)`,
    );
    expect(await flow.sync(id)).toBe(2);
    const found = `SELECT COUNT(*), SUM("count"), MAX("count") FILTER (WHERE "shop" = 2 AND "item" = 'item 3') FROM "keys"."stock"`;
    expect(flow.lake(found)).toBe('13|27|7');
  });

  it('keep tables of the same name in two schemas apart, or are refused if they would mix', async () => {
    flow.shop(
      'CREATE SCHEMA "north"; CREATE SCHEMA "south"; CREATE TABLE "north"."twin" AS SELECT 1 AS "id"; CREATE TABLE "south"."twin" AS SELECT 2 AS "id"',
    );
    const from = flow.source({ schemas: ['north', 'south'] });
    const streams = ['north', 'south'].map((namespace) => ({ name: 'twin', namespace }));
    const to = flow.destination('raw');
    await flow.sync(await flow.connect(from, to, streams, { namespaceDefinition: 'source' }));
    const ids = ['north', 'south'].map((schema) => flow.lake(`SELECT "id" FROM "${schema}"."twin"`));
    expect(ids).toEqual(['1', '2']);
    await expect(flow.connect(from, flow.destination('mixed'), streams)).rejects.toThrow(
      /Two streams, twin among them, would both write to table mixed\.twin/,
    );
  });

  it('replace the rows of an overwritten table atomically', async () => {
    const id = await flow.connect(flow.source(), flow.destination('over'), [{ name: 'events' }]);
    await flow.sync(id);
    flow.shop('DELETE FROM "events" WHERE "id" > 10');
    await flow.sync(id);
    expect(flow.lake('SELECT COUNT(*) FROM "over"."events"')).toBe('10');
    const left = `SELECT COUNT(*) FROM information_schema.tables WHERE "table_name" LIKE '_airbyte_new%'`;
    expect(flow.lake(left)).toBe('0');
  });
});
