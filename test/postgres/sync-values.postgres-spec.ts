import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseObject, type JsonObject } from '../../src/embedded/platform/json';
import { SyncFlow } from './sync-flow';

const ORDER = `
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
    (-9223372036854775808, 0.10, 1e-300, '1999-12-31 23:59:60+00', NULL, '0001-01-01', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL)`;

const ODD = `
  CREATE TYPE "mood" AS ENUM ('sad', 'it''s ok'); CREATE TYPE "pair" AS ("a" int, "b" text);
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
    (3, NULL, NULL, '(,)', NULL, NULL, NULL, '(,)', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '-infinity', 'infinity', 'infinity', NULL, NULL, '-Infinity', NULL)`;

const ORDER_COLUMNS = `"id"::text, "price"::text, "ratio"::text, "at", "local_at", "day", "data", "raw"::jsonb, "tags", "matrix", "flag", "note", "blob", "span", "select"`;
/** Columns with the same JSON at both ends. The others are compared as texts. */
const EXACT = 'at local_at day moods pairs json_list pair mood range uuid ip bits xml'.split(' ');
const AS_TEXTS = 'domain timetz time blob fixed money real oid'.split(' ');

const rowsOf = (output: string): JsonObject[] => output.split('\n').map((line) => parseObject(line) ?? {});

describe('a sync from Postgres', () => {
  let flow: SyncFlow;
  beforeAll(async () => {
    flow = await SyncFlow.start(`${ORDER}; ${ODD}`);
  });
  afterAll(async () => {
    await flow.stop();
  });

  it('copies every type to Postgres unchanged', async () => {
    const id = await flow.connect(flow.source(), flow.destination('raw'), [{ name: 'order' }]);
    await flow.sync(id);
    const query = (table: string): string =>
      `SET intervalstyle = 'iso_8601'; SELECT to_jsonb("t") FROM (SELECT ${ORDER_COLUMNS} FROM ${table} ORDER BY "id") AS "t"`;
    const asNumber = ({ ratio, ...row }: JsonObject): JsonObject => ({
      ...row,
      ratio: ratio === null ? null : Number(ratio),
    });
    expect(rowsOf(flow.lake(query('"raw"."order"'))).map(asNumber)).toEqual(
      rowsOf(flow.shop(query('"order"'))).map(asNumber),
    );
  });

  it('copies types without a JSON equivalent in Postgres’ text form, also infinite times', async () => {
    const id = await flow.connect(flow.source(), flow.destination('odd'), [{ name: 'odd' }]);
    await flow.sync(id);
    const columns = [...EXACT, ...AS_TEXTS].map((name) => `"${name}"`).join(', ');
    const query = (table: string): string =>
      `SET datestyle = 'ISO'; SET TIME ZONE 'UTC'; SELECT to_jsonb("t") FROM (SELECT ${columns} FROM ${table} ORDER BY "id"::numeric) AS "t"`;
    const texts = (row: JsonObject): JsonObject =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [name, typeof value === 'number' ? String(value) : value]),
      );
    expect(rowsOf(flow.lake(query('"odd"."odd"'))).map(texts)).toEqual(
      rowsOf(flow.shop(query('"odd"'))).map(texts),
    );
  });

  it('writes numbers to files with every digit', async () => {
    const local = { destinationType: 'local-json', destination_path: '/local/out' };
    const id = await flow.connect(flow.source(), local, [{ name: 'order' }]);
    expect(await flow.sync(id)).toBe(4);
    const path = join(flow.embedded.dataDir, 'local/out/_airbyte_raw_order.jsonl');
    const lines = readFileSync(path, 'utf8');
    expect(lines).toMatch(/"price":12345678901234567890\.123456789012345678901234567890,/);
    expect(lines).toMatch(/"id":9007199254740993,/);
  });

  it('copies a column that is added to the source later', async () => {
    flow.shop('CREATE TABLE "grown" AS SELECT 1 AS "id"');
    const ids: string[] = [];
    for (const syncMode of ['full_refresh_overwrite', 'full_refresh_append'])
      ids.push(await flow.connect(flow.source(), flow.destination('grown'), [{ name: 'grown', syncMode }]));
    flow.shop(
      `ALTER TABLE "grown" ADD COLUMN "lâte" numeric DEFAULT 12345678901234567890.5, ADD COLUMN "text" text DEFAULT 'x'`,
    );
    for (const id of ids) await flow.sync(id);
    expect(flow.lake(`SELECT "id", "lâte"::text, "text" FROM "grown"."grown"`)).toBe(
      '1|12345678901234567890.5|"x"\n1|12345678901234567890.5|"x"',
    );
  });

  it('fails if a table of a user has the same name', async () => {
    flow.shop('CREATE TABLE "events" AS SELECT 1 AS "id"');
    flow.lake('CREATE SCHEMA "taken"; CREATE TABLE "taken"."events" ("value" integer)');
    const streams = [{ name: 'events', syncMode: 'full_refresh_append' }];
    await flow.fail(await flow.connect(flow.source(), flow.destination('taken'), streams));
    expect(flow.lake('SELECT COUNT(*) FROM "taken"."events"')).toBe('0');
  });

  it('is refused at the creation of a source with a wrong database, without the password', async () => {
    const refused = await flow
      .connect(flow.source({ database: 'nowhere' }), flow.destination('raw'), [])
      .then(() => '', String);
    expect(refused).toMatch(/database \\?"nowhere\\?" does not exist/);
    expect(refused).not.toContain('not-asked-for');
  });
});
