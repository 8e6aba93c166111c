import { join } from 'node:path';
import type { JsonObject } from '../../src/embedded/platform/json';
import type { PostgresServer } from '../../test/postgres/server';
import { writeCsv, writeJsonl } from './input';
import { runInDuckDb } from './tools';

/** The surroundings of one measurement. */
export interface World {
  readonly dataDir: string;
  /** The folder that connectors see as `/local`. */
  readonly local: string;
  readonly rows: number;
  readonly postgres: PostgresServer | null;
}

/** A source of rows. */
interface Source {
  readonly config: (world: World) => JsonObject;
  /** Creates the rows. */
  readonly make: (world: World) => void | Promise<void>;
  /** DuckDB's table function for the same file; missing if DuckDB cannot read the source. */
  readonly table?: (path: string) => string;
  readonly stream: string;
}

const COLUMN_TYPES = {
  id: 'bigint',
  name: 'text',
  amount: 'numeric(12,2)',
  country: 'text',
  created: 'timestamptz',
  note: 'text',
};
/** Converts the columns of the CSV to their types. */
const TYPED = `"id"::BIGINT AS "id", "name", "amount"::DECIMAL(12, 2) AS "amount", "country", "created"::TIMESTAMPTZ AS "created", "note"`;

const file = (format: string) => (): JsonObject => ({
  sourceType: 'file',
  dataset_name: 'input',
  format,
  url: `/local/input.${format}`,
  provider: { storage: 'local' },
});

const SOURCES = new Map<string, Source>([
  [
    'csv',
    {
      config: file('csv'),
      make: makeCsv,
      table: (path) => `read_csv('${path}', all_varchar = true)`,
      stream: 'input',
    },
  ],
  [
    'jsonl',
    {
      config: file('jsonl'),
      make: ({ local, rows }) => {
        writeJsonl(join(local, 'input.jsonl'), rows);
      },
      table: (path) => `read_json('${path}', format = 'newline_delimited')`,
      stream: 'input',
    },
  ],
  [
    'parquet',
    {
      config: file('parquet'),
      make: makeParquet,
      table: (path) => `read_parquet('${path}')`,
      stream: 'input',
    },
  ],
  [
    'postgres',
    {
      config: (world) => ({ sourceType: 'postgres', schemas: ['public'], ...database(world) }),
      make: fillPostgres,
      stream: 'input',
    },
  ],
  [
    'faker',
    {
      config: ({ rows }) => ({ sourceType: 'faker', count: rows }),
      make: () => undefined,
      stream: 'users',
    },
  ],
]);

const DESTINATIONS = new Map<string, (world: World) => JsonObject>([
  ['local-json', () => ({ destinationType: 'local-json', destination_path: '/local/out' })],
  ['sqlite', () => ({ destinationType: 'sqlite', destination_path: '/local/out.sqlite' })],
  ['postgres', (world) => ({ destinationType: 'postgres', schema: 'lake', ...database(world) })],
]);

/** Returns a source by its name on the command line. */
export function sourceOf(name: string): Source {
  return known(SOURCES, name);
}

/** Returns the configuration of a destination by its name on the command line. */
export function destinationOf(name: string): (world: World) => JsonObject {
  return known(DESTINATIONS, name);
}

/**
 * Measures DuckDB's own COPY of the same file to JSON lines. Returns rows per second; null if DuckDB cannot read the
 * source.
 */
export async function limitOf(format: string, { local, rows }: World): Promise<number | null> {
  const { table } = sourceOf(format);
  if (table === undefined) return null;
  const from = table(join(local, `input.${format}`));
  const startedAtMs = performance.now();
  await runInDuckDb(`COPY (FROM ${from}) TO '${join(local, 'limit.json')}' (FORMAT json)`);
  return (rows / (performance.now() - startedAtMs)) * 1000;
}

function known<T>(all: ReadonlyMap<string, T>, name: string): T {
  const found = all.get(name);
  if (found === undefined) throw new Error(`"${name}" is unknown. Known: ${[...all.keys()].join(', ')}.`);
  return found;
}

function serverOf({ postgres }: World): PostgresServer {
  if (postgres === null) throw new Error('There is no Postgres server.');
  return postgres;
}

function database(world: World): JsonObject {
  return serverOf(world).config('postgres');
}

function makeCsv({ local, rows }: World): void {
  writeCsv(join(local, 'input.csv'), rows);
}

async function makeParquet(world: World): Promise<void> {
  makeCsv(world);
  const csv = join(world.local, 'input.csv');
  const parquet = join(world.local, 'input.parquet');
  await runInDuckDb(
    `COPY (SELECT ${TYPED} FROM read_csv('${csv}', all_varchar = true)) TO '${parquet}' (FORMAT parquet)`,
  );
}

function fillPostgres(world: World): void {
  makeCsv(world);
  const columns = Object.entries(COLUMN_TYPES).map(([name, type]) => `"${name}" ${type}`);
  serverOf(world).sql(
    `DROP SCHEMA IF EXISTS "lake" CASCADE; DROP TABLE IF EXISTS "input"; CREATE TABLE "input" (${columns.join(', ')});
     \\copy "input" FROM '${join(world.local, 'input.csv')}' WITH (FORMAT csv, HEADER)`,
  );
}
