/**
 * Measures each pair of connectors in the gateway as a user starts it. Another program loads the same file for comparison:
 * `\copy` of psql, `.import` of sqlite3, `COPY` of DuckDB. Both take turns, several rounds in one run. Time is that of the
 * whole sync, from its request to its success, including the start of both connectors.
 *   npm run bench:embedded -- [--rows 1000000] [--columns 8] [--rounds 5] [--pairs csv:local-json,…]
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { hasPostgres, PostgresServer } from '../../test/postgres/server';
import { print } from '../print';
import { median, percentile } from '../stats';
import { EmbeddedGateway } from './embedded-gateway';
import { columnsOf } from './input';
import { measure, type Measured, type Usages } from './measure';
import { sourceOf, type World } from './pairs';
import { partsOf } from './parts';
import { referenceOf, type Reference } from './references';

const ALL_PAIRS = [
  'csv:postgres',
  'csv:sqlite',
  'csv:local-json',
  'jsonl:local-json',
  'parquet:local-json',
  'faker:local-json',
  'postgres:local-json',
  'postgres:postgres',
];
const HEAD = `| pair | s | rows/s | s for a million rows | reference: s | share of its speed (rounds) | CPU s: source, engine, destination, server | peak MB: source, engine, destination | p99 ms: embedded API, gateway |
|---|--:|--:|--:|--:|--:|--:|--:|--:|`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rows: { type: 'string', default: '1000000' },
      columns: { type: 'string', default: '8' },
      rounds: { type: 'string', default: '5' },
      pairs: { type: 'string', default: ALL_PAIRS.join(',') },
    },
  });
  const [rows, columns, rounds] = [
    Number(values.rows),
    columnsOf(Number(values.columns)),
    Number(values.rounds),
  ];
  const pairs = values.pairs.split(',');
  const needsPostgres = pairs.some((pair) => pair.includes('postgres'));
  const postgres = needsPostgres && hasPostgres() ? await PostgresServer.start({ fsync: 'on' }) : null;
  print(
    `${rows} rows, ${columns.length} columns, ${rounds} rounds, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? '?'}, load ${load()}`,
  );
  print(HEAD);
  const parts: string[] = [];
  try {
    for (const pair of pairs) {
      const [source = '', destination = ''] = pair.split(':');
      if (pair.includes('postgres') && postgres === null) {
        print(`| ${source} to ${destination} | not run: no Postgres server |`);
        continue;
      }
      const dataDir = mkdtempSync(join(tmpdir(), 'bench-embedded-'));
      try {
        const world = { dataDir, local: join(dataDir, 'local'), rows, columns, postgres };
        mkdirSync(world.local);
        await sourceOf(source).make(world);
        print(await rowOf(source, destination, world, rounds));
        parts.push(await partsOf(source, destination, world));
      } finally {
        rmSync(dataDir, { recursive: true, force: true });
      }
    }
  } finally {
    await postgres?.stop();
  }
  print(`load ${load()}\n`);
  for (const part of parts) print(part);
}

const load = (): string => (loadavg()[0] ?? 0).toFixed(1);

/** Measures a pair and its reference in turn. Returns the row of the table. */
async function rowOf(source: string, destination: string, world: World, rounds: number): Promise<string> {
  const gateway = await EmbeddedGateway.start(world.dataDir);
  const reference = await referenceOf(source, destination, world);
  try {
    const ours: Measured[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      if (isReference(reference)) theirs.push(await reference.run());
      ours.push(await measure(gateway, source, destination, world, round));
    }
    const seconds = median(ours.map((one) => one.seconds));
    const cells = [
      `${source} to ${destination}`,
      seconds.toFixed(2),
      (world.rows / seconds).toFixed(0),
      ((seconds / world.rows) * 1e6).toFixed(2),
      ...comparison(reference, theirs, ours),
      ofEach(ours, ['source', 'engine', 'destination', 'server'], ({ cpuS }) => cpuS, 1),
      ofEach(ours, ['source', 'engine', 'destination'], ({ peakMb }) => peakMb, 0),
      [ours.flatMap((one) => one.embeddedMs), ours.flatMap((one) => one.gatewayMs)]
        .map((latenciesMs) => percentile(latenciesMs, 0.99).toFixed(0))
        .join(', '),
    ];
    return `| ${cells.join(' | ')} |`;
  } finally {
    if (isReference(reference)) reference.close();
    await gateway.stop();
  }
}

function isReference(reference: Reference | string | null): reference is Reference {
  return typeof reference === 'object' && reference !== null;
}

/** The cells for the reference's time and for the quotient of its time and ours, of all rounds and of each. */
function comparison(
  reference: Reference | string | null,
  theirs: readonly number[],
  ours: readonly Measured[],
): string[] {
  if (!isReference(reference)) return [reference === null ? '' : `not run: ${reference}`, ''];
  const shares = theirs.map((seconds, round) => seconds / (ours[round]?.seconds ?? Number.NaN));
  const each = shares.map((share) => share.toFixed(2)).join(', ');
  return [`${reference.name}: ${median(theirs).toFixed(2)}`, `${median(shares).toFixed(2)} (${each})`];
}

function ofEach(
  ours: readonly Measured[],
  processes: readonly (keyof Usages)[],
  figureOf: (usage: Usages[keyof Usages]) => number,
  digits: number,
): string {
  return processes
    .map((name) => median(ours.map(({ usages }) => figureOf(usages[name]))).toFixed(digits))
    .join(', ');
}

void main();
