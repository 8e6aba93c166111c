import { join } from 'node:path';
import type { JsonObject } from '../../src/embedded/platform/json';
import type { PostgresServer } from '../../test/postgres/server';
import { writeCsv, writeJsonl, type InputColumn } from './input';
import { runInDuckDb } from './tools';

/** The surroundings of one measurement. */
export interface World {
  readonly dataDir: string;
  /** The folder that connectors see as `/local`. */
  readonly local: string;
  readonly rows: number;
  readonly columns: readonly InputColumn[];
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
      make: ({ local, rows, columns }) => {
        writeJsonl(join(local, 'input.jsonl'), rows, columns);
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

/** Each round writes to a place of its own. */
const DESTINATIONS = new Map<string, (world: World, round: number) => JsonObject>([
  [
    'local-json',
    (_world, round) => ({ destinationType: 'local-json', destination_path: `/local/out-${round}` }),
  ],
  [
    'sqlite',
    (_world, round) => ({ destinationType: 'sqlite', destination_path: `/local/out-${round}.sqlite` }),
  ],
  [
    'postgres',
    (world, round) => ({ destinationType: 'postgres', schema: `lake_${round}`, ...database(world) }),
  ],
]);

/** Returns a source by its name on the command line. */
export function sourceOf(name: string): Source {
  return known(SOURCES, name);
}

/** Returns the configuration of a destination by its name on the command line. */
export function destinationOf(name: string): (world: World, round: number) => JsonObject {
  return known(DESTINATIONS, name);
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

function makeCsv({ local, rows, columns }: World): void {
  writeCsv(join(local, 'input.csv'), rows, columns);
}

async function makeParquet(world: World): Promise<void> {
  makeCsv(world);
  const csv = join(world.local, 'input.csv');
  const parquet = join(world.local, 'input.parquet');
  const typed = world.columns.map(({ name, type }) => `"${name}"::${type} AS "${name}"`).join(', ');
  await runInDuckDb(
    `COPY (SELECT ${typed} FROM read_csv('${csv}', all_varchar = true)) TO '${parquet}' (FORMAT parquet)`,
  );
}

function fillPostgres(world: World): void {
  makeCsv(world);
  const columns = world.columns.map(({ name, type }) => `"${name}" ${type}`);
  serverOf(world).sql(
    `DROP TABLE IF EXISTS "input"; CREATE TABLE "input" (${columns.join(', ')});
     \\copy "input" FROM '${join(world.local, 'input.csv')}' WITH (FORMAT csv, HEADER)`,
  );
}
