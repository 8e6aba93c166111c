// Rows a second, CPU and peak memory of every process, and how fast the API answers during a sync, per pair of connectors,
// in the gateway as it is started for real, beside DuckDB's COPY of the same file to JSON.
//   npm run bench:embedded -- [--rows 1000000] [--pairs csv:local-json,…]
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { hasPostgres, PostgresServer } from './postgres-server.mjs';
import { measure } from './measure.mjs';
import { limitOf, SOURCES } from './pairs.mjs';

const ALL = [
  'csv:local-json',
  'jsonl:local-json',
  'parquet:local-json',
  'faker:local-json',
  'postgres:local-json',
  'csv:sqlite',
  'csv:postgres',
  'postgres:postgres',
];
const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    pairs: { type: 'string', default: ALL.join(',') },
  },
});
const rows = Number(values.rows);
const pairs = values.pairs.split(',').map((pair) => pair.split(':'));
const needsPostgres = (pair) => pair.includes('postgres');
const postgres = pairs.some(needsPostgres) && hasPostgres() ? await PostgresServer.start() : null;

const load = loadavg()[0].toFixed(1);
console.log(`${rows} rows, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, load ${load}`);
console.log(
  '| pair | s | rows/s | DuckDB rows/s | CPU s: source, engine, destination | peak MB: source, engine, destination | p99 ms: embedded API, gateway |',
);
console.log('|---|--:|--:|--:|--:|--:|--:|');
try {
  for (const pair of pairs) {
    if (needsPostgres(pair) && postgres === null)
      console.log(`| ${pair.join(' to ')} | not run: no Postgres server |`);
    else await runPair(pair);
  }
} finally {
  await postgres?.stop();
}

async function runPair([source, destination]) {
  const dataDir = mkdtempSync(join(tmpdir(), 'bench-embedded-'));
  try {
    const world = { dataDir, local: join(dataDir, 'local'), rows, postgres };
    mkdirSync(world.local);
    await SOURCES[source].make(world);
    const limit = await limitOf(source, world);
    const { seconds, usages, api, gateway } = await measure(source, destination, world);
    const each = (what, digits) =>
      ['source', 'engine', 'destination'].map((name) => usages[name]?.[what].toFixed(digits)).join(', ');
    const cells = [
      `${source} to ${destination}`,
      seconds.toFixed(1),
      Math.round(rows / seconds),
      limit === null ? '' : Math.round(limit),
      each('cpuS', 1),
      each('peakMb', 0),
      `${p99(api)}, ${p99(gateway)}`,
    ];
    console.log(`| ${cells.join(' | ')} |`);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function p99(latencies) {
  const sorted = [...latencies].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))].toFixed(0);
}
