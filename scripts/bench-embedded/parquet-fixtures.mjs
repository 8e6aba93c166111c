// Makes test/fixtures/parquet anew: `node scripts/bench-embedded/parquet-fixtures.mjs`. The files are written by DuckDB
// (C++) and by parquet-rs (Rust), whose code has nothing in common with the reader's; what they hold is told beside them by DuckDB itself.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runInDuckDb, tool } from './tools.mjs';

const FOLDER = fileURLToPath(new URL('../../test/fixtures/parquet', import.meta.url));
rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER, { recursive: true });

/** DuckDB writes 1.0 where JSON has 1. */
const plain = (name) => `regexp_replace("${name}"::VARCHAR, '\\.0$', '')`;

/** Every type, how it is written, and where it is spelt differently as JSON, how that is. */
const COLUMNS = {
  id: ['i::INTEGER'],
  big: ['(9007199254740993 + i)::BIGINT'],
  least: ["CASE WHEN i % 2 = 0 THEN '-9223372036854775808'::BIGINT END"],
  d9: ['CASE WHEN i % 3 <> 0 THEN (i * 1003 - 500.25)::DECIMAL(9,2) END', '"d9"::VARCHAR'],
  d18: ['(i * 1000000007 - 12345678901)::DECIMAL(18,4)', '"d18"::VARCHAR'],
  d38: [
    "CASE WHEN i % 5 <> 0 THEN ('-12345678901234567890123456.' || lpad(i::VARCHAR, 10, '0'))::DECIMAL(38,10) END",
    '"d38"::VARCHAR',
  ],
  double: [
    "CASE i WHEN 0 THEN 'NaN' WHEN 1 THEN '-Infinity' ELSE i / 3.0 END::DOUBLE",
    `CASE i WHEN 0 THEN 'NaN' WHEN 1 THEN '-Infinity' ELSE ${plain('double')} END`,
  ],
  float: ['(0.1 * i)::FLOAT', plain('float')],
  flag: ['CASE WHEN i % 4 > 0 THEN i % 2 = 0 END'],
  text: [`CASE WHEN i % 7 > 0 THEN 'name "' || i || '" \\ é 漢😀' || chr(10) || chr(1) END`],
  local_at: [
    "TIMESTAMP '2026-01-01 00:00:00.123456' + INTERVAL (i) SECOND",
    `strftime("local_at", '%Y-%m-%dT%H:%M:%S.%f')`,
  ],
  at: [
    "TIMESTAMPTZ '1969-12-31 23:59:59.999999+00' - INTERVAL (i) DAY",
    `strftime("at" AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%f') || '+00:00'`,
  ],
  at_ms: ["'2026-01-01 00:00:00.001'::TIMESTAMP_MS", `'2026-01-01T00:00:00.001'`],
  at_ns: ["'2026-01-01 00:00:00.123456789'::TIMESTAMP_NS", `'2026-01-01T00:00:00.123456789'`],
  day: ["DATE '1582-10-15' + (i * 9999)::INTEGER", `strftime("day", '%Y-%m-%d')`],
  old_day: ["DATE '0044-03-15 (BC)'", "'0044-03-15 BC'"],
  time: ["TIME '23:59:59.999999'", "'23:59:59.999999'"],
  bytes: [`'\\x00\\xFF'::BLOB`, 'base64("bytes")'],
  uuid: ["('a0eebc99-9c0b-4ef8-bb6d-6bb9bd3800' || (10 + i % 90))::UUID"],
  mood: ["CASE WHEN i % 2 = 0 THEN 'sad' ELSE 'it''s ok' END::ENUM ('sad', 'it''s ok')"],
  u64: ['18446744073709551615::UBIGINT'],
  u32: ['4294967295::UINTEGER'],
  i8: ['(-128)::TINYINT'],
  span: ['INTERVAL 14 MONTH + INTERVAL 3 DAY + INTERVAL 1500 MILLISECOND', "'P14M3DT1.500S'"],
  tags: ["CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN [] WHEN 2 THEN [NULL] ELSE ['x', NULL, 'y' || i] END"],
  matrix: [
    'CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN [] WHEN 2 THEN [[], NULL, [1]] ELSE [[1, 2], [NULL]] END',
  ],
  nested: [
    "CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN {'a': NULL, 'b': {'c': [1, i]}} WHEN 2 THEN {'a': 'q', 'b': NULL} ELSE {'a': 'z', 'b': {'c': NULL}} END",
  ],
  prices: ["CASE i % 3 WHEN 0 THEN NULL WHEN 1 THEN MAP {'k1': 1, 'k2': NULL} ELSE MAP {} END"],
  items: ["CASE i % 3 WHEN 0 THEN [{'k': i, 'v': ['p']}, NULL, {'k': NULL, 'v': NULL}] ELSE [] END"],
};
const names = Object.keys(COLUMNS).map((name) => `"${name}"`);
const copy = (query, file, options) => `COPY (${query}) TO '${FOLDER}/${file}' (${options})`;
const codecs = ['UNCOMPRESSED', 'SNAPPY', 'ZSTD', 'GZIP', 'BROTLI', 'LZ4_RAW'];
await runInDuckDb(
  `SET TimeZone = 'UTC'`,
  `CREATE TABLE t AS SELECT i, ${Object.entries(COLUMNS)
    .map(([name, [value]]) => `${value} AS "${name}"`)
    .join(', ')} FROM range(60) AS r(i)`,
  ...['V1', 'V2'].map((version) =>
    copy(
      `SELECT ${names.join(', ')} FROM t`,
      `types-${version}.parquet`,
      `FORMAT parquet, PARQUET_VERSION ${version}, ROW_GROUP_SIZE 2048`,
    ),
  ),
  copy(
    `SELECT ${Object.entries(COLUMNS)
      .map(([name, [, text]]) => `${text ?? `"${name}"`} AS "${name}"`)
      .join(', ')} FROM t`,
    'types.jsonl',
    'FORMAT json',
  ),
  ...codecs.map((codec) =>
    copy(
      `SELECT i, 'a text that repeats ' || i % 7 AS text FROM range(5000) AS r(i)`,
      `${codec}.parquet`,
      `FORMAT parquet, CODEC ${codec}, ROW_GROUP_SIZE 2048`,
    ),
  ),
);

/** Pages of 200 bytes, so that lists go on over many of them. */
const ROWS = 200;
const rows = Array.from({ length: ROWS }, (_, i) => ({
  id: i,
  list:
    i % 5 === 0
      ? null
      : Array.from({ length: (i * 7) % 40 }, (_item, j) => (j % 7 === 3 ? null : `v${i}-${j}`)),
  struct: i % 3 === 0 ? null : { a: i % 4 === 0 ? null : i, b: i % 2 === 0 ? null : [i, null, i + 1] },
}));
const arrow = tool('apache-arrow');
const listOf = (type) => new arrow.List(new arrow.Field('item', type, true));
const struct = new arrow.Struct([
  new arrow.Field('a', new arrow.Int32(), true),
  new arrow.Field('b', listOf(new arrow.Int32()), true),
]);
const table = new arrow.Table({
  id: arrow.vectorFromArray(
    rows.map(({ id }) => id),
    new arrow.Int32(),
  ),
  list: arrow.vectorFromArray(
    rows.map(({ list }) => list),
    listOf(new arrow.Utf8()),
  ),
  struct: arrow.vectorFromArray(
    rows.map((row) => row.struct),
    struct,
  ),
});
const parquet = tool('parquet-wasm/node');
for (const version of ['V1', 'V2']) {
  const properties = new parquet.WriterPropertiesBuilder()
    .setCompression(parquet.Compression.ZSTD)
    .setDataPageSizeLimit(200)
    .setDictionaryPageSizeLimit(500)
    .setWriteBatchSize(64)
    .setMaxRowGroupSize(70)
    .setWriterVersion(parquet.WriterVersion[version])
    .build();
  const stream = parquet.Table.fromIPCStream(arrow.tableToIPC(table, 'stream'));
  writeFileSync(`${FOLDER}/pages-${version}.parquet`, parquet.writeParquet(stream, properties));
}
writeFileSync(`${FOLDER}/pages.jsonl`, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
