import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { PostgresServer } from '../../test/postgres/server';
import { sourceOf, type World } from './pairs';
import { DuckDb } from './tools';

/** Another program that loads the same file. */
export interface Reference {
  readonly name: string;
  /** Loads the file once, into nothing that exists. Returns the time in seconds. */
  readonly run: () => Promise<number>;
  readonly close: () => void;
}

const nothing = (): void => undefined;

/** The reference for a pair; null if no other program is compared with it, or the reason why it cannot run. */
export async function referenceOf(
  source: string,
  destination: string,
  world: World,
): Promise<Reference | string | null> {
  if (destination === 'local-json') return duckDb(source, world);
  if (source !== 'csv') return null;
  if (destination === 'sqlite') return sqlite(world);
  return world.postgres === null ? null : psql(world, world.postgres);
}

/** `\copy` of psql into a table with typed columns. */
function psql({ local, columns }: World, server: PostgresServer): Reference {
  const types = columns.map(({ name, type }) => `"${name}" ${type}`).join(', ');
  return {
    name: 'psql \\copy',
    run: () => {
      server.sql(`DROP TABLE IF EXISTS "reference"; CREATE TABLE "reference" (${types})`);
      return timed(() => {
        server.sql(`\\copy "reference" FROM '${join(local, 'input.csv')}' WITH (FORMAT csv, HEADER)`);
      });
    },
    close: nothing,
  };
}

function sqlite({ local }: World): Reference | string {
  if (spawnSync('sqlite3', ['--version']).status !== 0) return 'no sqlite3';
  const path = join(local, 'reference.sqlite');
  return {
    name: 'sqlite3 .import',
    run: () => {
      rmSync(path, { force: true });
      return timed(() => {
        const { status, stderr } = spawnSync('sqlite3', [
          path,
          `.import --csv ${join(local, 'input.csv')} input`,
        ]);
        if (status !== 0) throw new Error(`sqlite3 ended with ${String(status)}\n${stderr.toString()}`);
      });
    },
    close: nothing,
  };
}

/** DuckDB's `COPY` to JSON lines in a process that has already run it once. */
async function duckDb(source: string, { local }: World): Promise<Reference | string | null> {
  const { table } = sourceOf(source);
  if (table === undefined) return null;
  const target = join(local, 'reference.json');
  const copy = `COPY (FROM ${table(join(local, `input.${source}`))}) TO '${target}' (FORMAT json)`;
  let duck: DuckDb;
  try {
    duck = await DuckDb.open();
  } catch (error) {
    return `no DuckDB: ${String(error)}`;
  }
  await duck.run(copy);
  return {
    name: 'DuckDB COPY',
    run: () => {
      rmSync(target);
      return timed(() => duck.run(copy));
    },
    close: () => {
      duck.close();
    },
  };
}

async function timed(work: () => void | Promise<void>): Promise<number> {
  const startedAtMs = performance.now();
  await work();
  return (performance.now() - startedAtMs) / 1000;
}
