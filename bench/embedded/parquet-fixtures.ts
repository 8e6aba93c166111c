/**
 * Creates the files of test/fixtures/parquet again, except `arrow-*`, which pyarrow wrote:
 *   tsc -p bench/tsconfig.json && node dist/bench/embedded/parquet-fixtures.js
 * DuckDB (C++) and parquet-rs (Rust) write the files, because they share no code with the reader. DuckDB also writes the
 * expected rows as JSON lines.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInDuckDb, tool } from './tools';

const FOLDER = join(process.cwd(), 'test', 'fixtures', 'parquet');

/** DuckDB writes 1.0 where JSON has 1. */
const plain = (name: string): string => `regexp_replace("${name}"::VARCHAR, '\\.0$', '')`;

/** The SQL value of each column, and its SQL text in JSON if DuckDB's own text differs from the reader's. */
const COLUMNS: Readonly<Record<string, readonly [value: string, text?: string]>> = {
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
const CODECS = ['UNCOMPRESSED', 'SNAPPY', 'ZSTD', 'GZIP', 'BROTLI', 'LZ4_RAW'];
const VERSIONS = ['V1', 'V2'] as const;
const ROWS = 200;

/** The part of `apache-arrow` that is used here. Types and vectors are opaque. */
interface Arrow {
  readonly List: new (field: unknown) => object;
  readonly Field: new (name: string, type: object, nullable: boolean) => object;
  readonly Struct: new (fields: readonly object[]) => object;
  readonly Int32: new () => object;
  readonly Utf8: new () => object;
  readonly Table: new (columns: Record<string, unknown>) => object;
  vectorFromArray(values: readonly unknown[], type: object): unknown;
  tableToIPC(table: object, format: 'stream'): Uint8Array;
}

/** The part of `parquet-wasm` that is used here. */
interface ParquetWriter {
  readonly WriterPropertiesBuilder: new () => PropertiesBuilder;
  readonly Compression: { readonly ZSTD: number };
  readonly WriterVersion: Readonly<Record<(typeof VERSIONS)[number], number>>;
  readonly Table: { fromIPCStream(stream: Uint8Array): object };
  writeParquet(table: object, properties: object): Uint8Array;
}

interface PropertiesBuilder {
  setCompression(codec: number): PropertiesBuilder;
  setDataPageSizeLimit(bytes: number): PropertiesBuilder;
  setDictionaryPageSizeLimit(bytes: number): PropertiesBuilder;
  setWriteBatchSize(rows: number): PropertiesBuilder;
  setMaxRowGroupSize(rows: number): PropertiesBuilder;
  setWriterVersion(version: number): PropertiesBuilder;
  build(): object;
}

async function main(): Promise<void> {
  await writeTypes();
  writePages();
}

/** Writes each type with each version of data pages, and a repetitive text with each codec. */
async function writeTypes(): Promise<void> {
  const columns = Object.entries(COLUMNS);
  const values = columns.map(([name, [value]]) => `${value} AS "${name}"`);
  const names = columns.map(([name]) => `"${name}"`);
  const texts = columns.map(([name, [, text = `"${name}"`]]) => `${text} AS "${name}"`);
  await runInDuckDb(
    `SET TimeZone = 'UTC'`,
    `CREATE TABLE t AS SELECT i, ${values.join(', ')} FROM range(60) AS r(i)`,
    ...VERSIONS.map((version) =>
      copyTo(
        `types-${version}.parquet`,
        `SELECT ${names.join(', ')} FROM t`,
        `FORMAT parquet, PARQUET_VERSION ${version}, ROW_GROUP_SIZE 2048`,
      ),
    ),
    copyTo('types.jsonl', `SELECT ${texts.join(', ')} FROM t`, 'FORMAT json'),
    ...CODECS.map((codec) =>
      copyTo(
        `${codec}.parquet`,
        `SELECT i, 'a text that repeats ' || i % 7 AS text FROM range(5000) AS r(i)`,
        `FORMAT parquet, CODEC ${codec}, ROW_GROUP_SIZE 2048`,
      ),
    ),
  );
}

function copyTo(file: string, query: string, options: string): string {
  return `COPY (${query}) TO '${FOLDER}/${file}' (${options})`;
}

/** Writes pages of 200 bytes, so that lists continue over many of them. */
function writePages(): void {
  const rows = Array.from({ length: ROWS }, (_, id) => ({
    id,
    list:
      id % 5 === 0
        ? null
        : Array.from({ length: (id * 7) % 40 }, (_item, j) => (j % 7 === 3 ? null : `v${id}-${j}`)),
    struct:
      id % 3 === 0 ? null : { a: id % 4 === 0 ? null : id, b: id % 2 === 0 ? null : [id, null, id + 1] },
  }));
  const arrow = tool('apache-arrow') as Arrow;
  const listOf = (type: object): object => new arrow.List(new arrow.Field('item', type, true));
  const struct = new arrow.Struct([
    new arrow.Field('a', new arrow.Int32(), true),
    new arrow.Field('b', listOf(new arrow.Int32()), true),
  ]);
  const vector = (member: keyof (typeof rows)[number], type: object): unknown =>
    arrow.vectorFromArray(
      rows.map((row) => row[member]),
      type,
    );
  const table = new arrow.Table({
    id: vector('id', new arrow.Int32()),
    list: vector('list', listOf(new arrow.Utf8())),
    struct: vector('struct', struct),
  });
  const parquet = tool('parquet-wasm/node') as ParquetWriter;
  for (const version of VERSIONS) {
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
}

void main();
