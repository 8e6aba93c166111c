/**
 * Measures each pair of connectors in the gateway as a user starts it: rows per second, CPU and peak memory of every
 * process, and the latency of both APIs during the sync. DuckDB's COPY of the same file to JSON is measured for
 * comparison.
 *   npm run bench:embedded -- [--rows 1000000] [--pairs csv:local-json,…]
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { hasPostgres, PostgresServer } from '../../test/postgres/server';
import { print } from '../print';
import { percentile } from '../stats';
import type { ProcessUsage } from './embedded-gateway';
import { measure, type Usages } from './measure';
import { limitOf, sourceOf } from './pairs';

const ALL_PAIRS = [
  'csv:local-json',
  'jsonl:local-json',
  'parquet:local-json',
  'faker:local-json',
  'postgres:local-json',
  'csv:sqlite',
  'csv:postgres',
  'postgres:postgres',
];
const HEAD = `| pair | s | rows/s | DuckDB rows/s | CPU s: source, engine, destination | peak MB: source, engine, destination | p99 ms: embedded API, gateway |
|---|--:|--:|--:|--:|--:|--:|`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rows: { type: 'string', default: '1000000' },
      pairs: { type: 'string', default: ALL_PAIRS.join(',') },
    },
  });
  const rows = Number(values.rows);
  const pairs = values.pairs.split(',');
  const needsPostgres = pairs.some((pair) => pair.includes('postgres'));
  const postgres = needsPostgres && hasPostgres() ? await PostgresServer.start({ fsync: 'on' }) : null;
  const load = (loadavg()[0] ?? 0).toFixed(1);
  print(`${rows} rows, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? '?'}, load ${load}`);
  print(HEAD);
  try {
    for (const pair of pairs) {
      const [source = '', destination = ''] = pair.split(':');
      if (pair.includes('postgres') && postgres === null)
        print(`| ${source} to ${destination} | not run: no Postgres server |`);
      else print(await rowOf(source, destination, rows, postgres));
    }
  } finally {
    await postgres?.stop();
  }
}

/** Measures a pair and returns its row of the table. */
async function rowOf(
  source: string,
  destination: string,
  rows: number,
  postgres: PostgresServer | null,
): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), 'bench-embedded-'));
  try {
    const world = { dataDir, local: join(dataDir, 'local'), rows, postgres };
    mkdirSync(world.local);
    await sourceOf(source).make(world);
    const limit = await limitOf(source, world);
    const { seconds, usages, embeddedMs, gatewayMs } = await measure(source, destination, world);
    const cells = [
      `${source} to ${destination}`,
      seconds.toFixed(1),
      (rows / seconds).toFixed(0),
      limit?.toFixed(0) ?? '',
      ofEach(usages, ({ cpuS }) => cpuS.toFixed(1)),
      ofEach(usages, ({ peakMb }) => peakMb.toFixed(0)),
      [embeddedMs, gatewayMs].map((latenciesMs) => percentile(latenciesMs, 0.99).toFixed(0)).join(', '),
    ];
    return `| ${cells.join(' | ')} |`;
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function ofEach({ source, engine, destination }: Usages, figureOf: (usage: ProcessUsage) => string): string {
  return [source, engine, destination].map(figureOf).join(', ');
}

void main();
