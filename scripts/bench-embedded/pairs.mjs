import { join } from 'node:path';
import { writeCsv, writeJsonl } from './input.mjs';
import { runInDuckDb } from './tools.mjs';

const COLUMNS = ['id', 'name', 'amount', 'country', 'created', 'note'];
/** The orders with types, out of the CSV. */
const TYPED = `"id"::BIGINT AS "id", "name", "amount"::DECIMAL(12, 2) AS "amount", "country", "created"::TIMESTAMPTZ AS "created", "note"`;

const file = (format) => () => ({
  sourceType: 'file',
  dataset_name: 'input',
  format,
  url: `/local/input.${format}`,
  provider: { storage: 'local' },
});
const database = ({ postgres }) => ({
  host: '127.0.0.1',
  port: postgres.port,
  database: 'postgres',
  username: 'tester',
});

/** Where rows come from: how they are made, and how DuckDB names the same rows, if it can read them. */
export const SOURCES = {
  csv: { config: file('csv'), make: makeCsv, table: (path) => `read_csv('${path}', all_varchar = true)` },
  jsonl: {
    config: file('jsonl'),
    make: ({ local, rows }) => writeJsonl(join(local, 'input.jsonl'), rows),
    table: (path) => `read_json('${path}', format = 'newline_delimited')`,
  },
  parquet: {
    config: file('parquet'),
    make: async (world) => {
      makeCsv(world);
      const [csv, parquet] = ['csv', 'parquet'].map((format) => join(world.local, `input.${format}`));
      await runInDuckDb(
        `COPY (SELECT ${TYPED} FROM read_csv('${csv}', all_varchar = true)) TO '${parquet}' (FORMAT parquet)`,
      );
    },
    table: (path) => `read_parquet('${path}')`,
  },
  postgres: {
    config: (world) => ({ sourceType: 'postgres', schemas: ['public'], ...database(world) }),
    make: (world) => {
      makeCsv(world);
      const columns = COLUMNS.map((name) => `"${name}" ${TYPES[name] ?? 'text'}`).join(', ');
      world.postgres.sql(
        `DROP SCHEMA IF EXISTS "lake" CASCADE; DROP TABLE IF EXISTS "input"; CREATE TABLE "input" (${columns});
         \\copy "input" FROM '${join(world.local, 'input.csv')}' WITH (FORMAT csv, HEADER)`,
      );
    },
  },
  faker: {
    config: ({ rows }) => ({ sourceType: 'faker', count: rows }),
    make: () => undefined,
    stream: 'users',
  },
};

const TYPES = { id: 'bigint', amount: 'numeric(12,2)', created: 'timestamptz' };

export const DESTINATIONS = {
  'local-json': () => ({ destinationType: 'local-json', destination_path: '/local/out' }),
  sqlite: () => ({ destinationType: 'sqlite', destination_path: '/local/out.sqlite' }),
  postgres: (world) => ({ destinationType: 'postgres', schema: 'lake', ...database(world) }),
};

function makeCsv({ local, rows }) {
  writeCsv(join(local, 'input.csv'), rows);
}

/** Rows a second of DuckDB's own COPY of the same file to JSON lines, or null where it cannot read the source. */
export async function limitOf(format, { local, rows }) {
  const { table } = SOURCES[format];
  if (table === undefined) return null;
  const [from, to] = [join(local, `input.${format}`), join(local, 'limit.json')];
  const started = performance.now();
  await runInDuckDb(`COPY (FROM ${table(from)}) TO '${to}' (FORMAT json)`);
  return (rows / (performance.now() - started)) * 1000;
}
