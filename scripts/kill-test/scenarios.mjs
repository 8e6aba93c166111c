import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const { DatabaseSync } = createRequire(import.meta.url)('@photostructure/sqlite');

/** The most rows between two states of a source. */
const FILE_CHECKPOINT_ROWS = 25_000;

const file = () => ({
  sourceType: 'file',
  dataset_name: 'input',
  format: 'csv',
  url: '/local/input.csv',
  provider: { storage: 'local' },
});
const faker = (rows) => ({ sourceType: 'faker', count: rows, seed: 1, always_updated: false });
const localJson = () => ({ destinationType: 'local-json', destination_path: '/local/out' });
const sqlite = () => ({ destinationType: 'sqlite', destination_path: '/local/out.sqlite' });

/** What is synced in which mode, how many rows a kill may repeat, and how the rows are counted. */
export const SCENARIOS = [
  {
    name: 'file to local-json, full_refresh_overwrite',
    stream: { name: 'input', syncMode: 'full_refresh_overwrite' },
    source: file,
    destination: localJson,
    repeatedPerKill: 0,
    count: (dataDir, rows) => countLines(join(dataDir, 'local/out/_airbyte_raw_input.jsonl'), rows),
  },
  {
    name: 'file to local-json, full_refresh_append',
    stream: { name: 'input', syncMode: 'full_refresh_append' },
    source: file,
    destination: localJson,
    repeatedPerKill: FILE_CHECKPOINT_ROWS,
    count: (dataDir, rows) => countLines(join(dataDir, 'local/out/_airbyte_raw_input.jsonl'), rows),
  },
  {
    name: 'faker to sqlite, incremental_deduped_history',
    stream: { name: 'users', syncMode: 'incremental_deduped_history' },
    source: faker,
    destination: sqlite,
    repeatedPerKill: 0,
    count: (dataDir, rows) => countTable(join(dataDir, 'local/out.sqlite'), 'users', 1, rows),
  },
  {
    name: 'file to sqlite, full_refresh_overwrite',
    stream: { name: 'input', syncMode: 'full_refresh_overwrite' },
    source: file,
    destination: sqlite,
    repeatedPerKill: 0,
    count: (dataDir, rows) => countTable(join(dataDir, 'local/out.sqlite'), 'input', 0, rows),
  },
];

async function countLines(path, rows) {
  const seen = new Uint8Array(rows);
  const counted = { lines: 0, distinct: 0, foreign: 0, broken: 0 };
  for await (const line of createInterface({ input: createReadStream(path) })) {
    counted.lines++;
    const id = idOf(line);
    if (id === null) counted.broken++;
    else if (!(id >= 0 && id < rows)) counted.foreign++;
    else if (seen[id]++ === 0) counted.distinct++;
  }
  return counted;
}

function idOf(line) {
  try {
    return Number(JSON.parse(line)._airbyte_data.id);
  } catch {
    return null; // Half a line is what the count is there to find.
  }
}

function countTable(path, name, first, rows) {
  const db = new DatabaseSync(path);
  try {
    const { lines, distinct, foreign } = db
      .prepare(
        `SELECT COUNT(*) AS "lines", COUNT(DISTINCT CAST("id" AS INTEGER)) AS "distinct",
           COALESCE(SUM(CAST("id" AS INTEGER) NOT BETWEEN ? AND ?), 0) AS "foreign" FROM "${name}"`,
      )
      .get(first, first + rows - 1);
    return { lines, distinct: distinct - foreign, foreign, broken: 0 };
  } finally {
    db.close();
  }
}
