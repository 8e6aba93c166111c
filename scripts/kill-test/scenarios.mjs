import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const { DatabaseSync } = createRequire(import.meta.url)('@photostructure/sqlite');

/** How many rows the sources read between two states. */
const FILE_CHECKPOINT_ROWS = 25_000;
const FAKER_CHECKPOINT_ROWS = 10_000;
const POSTGRES_CHECKPOINT_ROWS = 10_000;

const file = () => ({
  sourceType: 'file',
  dataset_name: 'input',
  format: 'csv',
  url: '/local/input.csv',
  provider: { storage: 'local' },
});
const faker = ({ rows }) => ({ sourceType: 'faker', count: rows, seed: 1, always_updated: false });
const localJson = () => ({ destinationType: 'local-json', destination_path: '/local/out' });
const sqlite = () => ({ destinationType: 'sqlite', destination_path: '/local/out.sqlite' });

const database = ({ postgres }) => ({
  host: '127.0.0.1',
  port: postgres.port,
  database: 'postgres',
  username: 'tester',
});
const fromPostgres = (world) => ({ sourceType: 'postgres', schemas: ['public'], ...database(world) });
const toPostgres = (world) => ({ destinationType: 'postgres', schema: 'lake', ...database(world) });

/** Afresh for every round: the table that is read, and nothing where it is written. */
function preparePostgres({ postgres, rows }) {
  postgres.sql(
    `DROP SCHEMA IF EXISTS "lake" CASCADE; DROP TABLE IF EXISTS "input";
     CREATE TABLE "input" AS SELECT "id"::int, 'name ' || "id" AS "name" FROM generate_series(0, ${rows - 1}) AS "id";
     ALTER TABLE "input" ADD PRIMARY KEY ("id")`,
  );
}

/**
 * What is synced in which mode, how the rows are counted, and for those that append how large a checkpoint is. Those that
 * need a Postgres server are prepared.
 */
export const SCENARIOS = [
  {
    name: 'file to local-json, full_refresh_overwrite',
    stream: { name: 'input', syncMode: 'full_refresh_overwrite' },
    source: file,
    destination: localJson,
    count: ({ dataDir, rows }) => countLines(join(dataDir, 'local/out/_airbyte_raw_input.jsonl'), rows),
  },
  {
    name: 'file to local-json, full_refresh_append',
    stream: { name: 'input', syncMode: 'full_refresh_append' },
    source: file,
    destination: localJson,
    checkpointRows: FILE_CHECKPOINT_ROWS,
    count: ({ dataDir, rows }) => countLines(join(dataDir, 'local/out/_airbyte_raw_input.jsonl'), rows),
  },
  {
    name: 'faker to sqlite, incremental_deduped_history',
    stream: { name: 'users', syncMode: 'incremental_deduped_history' },
    source: faker,
    destination: sqlite,
    count: ({ dataDir, rows }) => countTable(join(dataDir, 'local/out.sqlite'), 'users', 1, rows),
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
    count: ({ dataDir, rows }) => countTable(join(dataDir, 'local/out.sqlite'), 'users', 1, rows),
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
    prepare: preparePostgres,
    count: countPostgres,
  },
  {
    name: 'postgres to postgres, incremental_deduped_history',
    stream: { name: 'input', syncMode: 'incremental_deduped_history', cursorField: ['id'] },
    source: fromPostgres,
    destination: toPostgres,
    prepare: preparePostgres,
    count: countPostgres,
  },
  {
    name: 'postgres to postgres, incremental_append',
    stream: { name: 'input', syncMode: 'incremental_append', cursorField: ['id'] },
    source: fromPostgres,
    destination: toPostgres,
    checkpointRows: POSTGRES_CHECKPOINT_ROWS,
    prepare: preparePostgres,
    count: countPostgres,
  },
];

function countPostgres({ postgres, rows }) {
  const counted = new Counted(rows);
  const found = postgres.sql('SELECT "id", COUNT(*) FROM "lake"."input" GROUP BY 1');
  for (const line of found.split('\n')) counted.add(...line.split('|').map(Number));
  return counted;
}

async function countLines(path, rows, first = 0) {
  const counted = new Counted(rows);
  for await (const line of createInterface({ input: createReadStream(path) })) counted.add(idOf(line, first));
  return counted;
}

/** How often each row is there. */
class Counted {
  constructor(rows) {
    this.times = new Uint8Array(rows);
    this.lines = 0;
    this.distinct = 0;
    this.foreign = 0;
    this.broken = 0;
  }

  add(id, times = 1) {
    this.lines += times;
    if (id === null) this.broken += times;
    else if (!(id >= 0 && id < this.times.length)) this.foreign += times;
    else {
      if (this.times[id] === 0) this.distinct++;
      this.times[id] += times;
    }
  }
}

function idOf(line, first) {
  try {
    return Number(JSON.parse(line)._airbyte_data.id) - first;
  } catch {
    return null; // Half a line is what the count is there to find.
  }
}

function countTable(path, name, first, rows) {
  const db = new DatabaseSync(path);
  try {
    const counted = new Counted(rows);
    const ids = db.prepare(
      `SELECT CAST("id" AS INTEGER) AS "id", COUNT(*) AS "times" FROM "${name}" GROUP BY 1`,
    );
    for (const { id, times } of ids.iterate()) counted.add(id === null ? null : id - first, times);
    return counted;
  } finally {
    db.close();
  }
}
