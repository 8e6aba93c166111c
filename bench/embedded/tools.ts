import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const FOLDER = join(process.cwd(), 'bench', 'embedded', 'tools');

/** The part of `@duckdb/node-api` that is used here. */
interface DuckDb {
  readonly DuckDBInstance: {
    create(path: string): Promise<{ connect(): Promise<DuckDbConnection>; closeSync(): void }>;
  };
}

interface DuckDbConnection {
  run(statement: string): Promise<unknown>;
  closeSync(): void;
}

/**
 * Loads a package of the folder `tools`, which has its own lock file. Installs the packages of this folder first if they
 * are missing.
 */
export function tool(name: string): unknown {
  if (!existsSync(join(FOLDER, 'node_modules/@duckdb/node-api'))) {
    const options = { cwd: FOLDER, encoding: 'utf8' } as const;
    const { status, stderr } = spawnSync('npm', ['ci', '--ignore-scripts'], options);
    if (status !== 0) throw new Error(`npm ci in ${FOLDER} ended with ${String(status)}\n${stderr}`);
  }
  return createRequire(join(FOLDER, 'package.json'))(name);
}

/** Runs SQL statements in a new DuckDB in memory. */
export async function runInDuckDb(...statements: string[]): Promise<void> {
  const { DuckDBInstance } = tool('@duckdb/node-api') as DuckDb;
  const db = await DuckDBInstance.create(':memory:');
  const connection = await db.connect();
  for (const statement of statements) await connection.run(statement);
  connection.closeSync();
  db.closeSync();
}
