import { join } from 'node:path';
import type { JsonObject } from '../../../src/embedded/platform/json';
import type { PostgresServer } from '../../postgres/server';
import { countLines, countTable, CountedRows } from './counted-rows';

/** The number of rows that the sources read between two states. */
const FILE_CHECKPOINT_ROWS = 25_000;
const FAKER_CHECKPOINT_ROWS = 10_000;
const POSTGRES_CHECKPOINT_ROWS = 10_000;

/** The surroundings of one round. */
export interface World {
  readonly rows: number;
  readonly dataDir: string;
  readonly postgres: PostgresServer | null;
}

/** One pair of connectors in one mode. */
export interface Scenario {
  readonly name: string;
  readonly stream: JsonObject;
  readonly source: (world: World) => JsonObject;
  readonly destination: (world: World) => JsonObject;
  readonly count: (world: World) => Promise<CountedRows> | CountedRows;
  /** The rows of one checkpoint, for modes that append: there rows may be repeated. */
  readonly checkpointRows?: number;
  readonly needsPostgres?: boolean;
}

const file = (): JsonObject => ({
  sourceType: 'file',
  dataset_name: 'input',
  format: 'csv',
  url: '/local/input.csv',
  provider: { storage: 'local' },
});
const faker = ({ rows }: World): JsonObject => ({
  sourceType: 'faker',
  count: rows,
  seed: 1,
  always_updated: false,
});
const localJson = (): JsonObject => ({ destinationType: 'local-json', destination_path: '/local/out' });
const sqlite = (): JsonObject => ({ destinationType: 'sqlite', destination_path: '/local/out.sqlite' });
const fromPostgres = (world: World): JsonObject => ({
  sourceType: 'postgres',
  schemas: ['public'],
  ...serverOf(world).config('postgres'),
});
const toPostgres = (world: World): JsonObject => ({
  destinationType: 'postgres',
  schema: 'lake',
  ...serverOf(world).config('postgres'),
});

const jsonInput = ({ dataDir, rows }: World): Promise<CountedRows> =>
  countLines(join(dataDir, 'local/out/_airbyte_raw_input.jsonl'), rows);
const sqliteUsers = ({ dataDir, rows }: World): CountedRows =>
  countTable(join(dataDir, 'local/out.sqlite'), 'users', 1, rows);

/** The file source appends to local-json. */
export const APPEND: Scenario & { readonly checkpointRows: number } = {
  name: 'file to local-json, full_refresh_append',
  stream: { name: 'input', syncMode: 'full_refresh_append' },
  source: file,
  destination: localJson,
  checkpointRows: FILE_CHECKPOINT_ROWS,
  count: jsonInput,
};

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'file to local-json, full_refresh_overwrite',
    stream: { name: 'input', syncMode: 'full_refresh_overwrite' },
    source: file,
    destination: localJson,
    count: jsonInput,
  },
  APPEND,
  {
    name: 'faker to sqlite, incremental_deduped_history',
    stream: { name: 'users', syncMode: 'incremental_deduped_history' },
    source: faker,
    destination: sqlite,
    count: sqliteUsers,
  },
  {
    name: 'file to sqlite, full_refresh_overwrite',
    stream: { name: 'input', syncMode: 'full_refresh_overwrite' },
    source: file,
    destination: sqlite,
    count: ({ dataDir, rows }) => countTable(join(dataDir, 'local/out.sqlite'), 'input', 0, rows),
  },
  {
    name: 'faker to sqlite, incremental_append',
    stream: { name: 'users', syncMode: 'incremental_append' },
    source: faker,
    destination: sqlite,
    checkpointRows: FAKER_CHECKPOINT_ROWS,
    count: sqliteUsers,
  },
  {
    name: 'faker to local-json, incremental_append',
    stream: { name: 'users', syncMode: 'incremental_append' },
    source: faker,
    destination: localJson,
    checkpointRows: FAKER_CHECKPOINT_ROWS,
    count: ({ dataDir, rows }) => countLines(join(dataDir, 'local/out/_airbyte_raw_users.jsonl'), rows, 1),
  },
  {
    name: 'file to postgres, full_refresh_overwrite',
    stream: { name: 'input', syncMode: 'full_refresh_overwrite' },
    source: file,
    destination: toPostgres,
    needsPostgres: true,
    count: countPostgres,
  },
  {
    name: 'postgres to postgres, incremental_deduped_history',
    stream: { name: 'input', syncMode: 'incremental_deduped_history', cursorField: ['id'] },
    source: fromPostgres,
    destination: toPostgres,
    needsPostgres: true,
    count: countPostgres,
  },
  {
    name: 'postgres to postgres, incremental_append',
    stream: { name: 'input', syncMode: 'incremental_append', cursorField: ['id'] },
    source: fromPostgres,
    destination: toPostgres,
    checkpointRows: POSTGRES_CHECKPOINT_ROWS,
    needsPostgres: true,
    count: countPostgres,
  },
];

/** Makes the table that is read, and removes the schema that is written. */
export function preparePostgres(world: World): void {
  serverOf(world).sql(
    `DROP SCHEMA IF EXISTS "lake" CASCADE; DROP TABLE IF EXISTS "input";
     CREATE TABLE "input" AS SELECT "id"::int, 'name ' || "id" AS "name" FROM generate_series(0, ${world.rows - 1}) AS "id";
     ALTER TABLE "input" ADD PRIMARY KEY ("id")`,
  );
}

function countPostgres(world: World): CountedRows {
  const counted = new CountedRows(world.rows);
  const found = serverOf(world).sql('SELECT "id", COUNT(*) FROM "lake"."input" GROUP BY 1');
  for (const line of found.split('\n')) {
    const [id, times] = line.split('|').map(Number);
    counted.add(id ?? null, times);
  }
  return counted;
}

function serverOf({ postgres }: World): PostgresServer {
  if (postgres === null) throw new Error('There is no Postgres server.');
  return postgres;
}
