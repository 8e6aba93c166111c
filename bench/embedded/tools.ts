import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const FOLDER = join(process.cwd(), 'bench', 'embedded', 'tools');

/** The part of `@duckdb/node-api` that is used here. */
interface DuckDbApi {
  readonly DuckDBInstance: { create(path: string): Promise<Instance> };
}

interface Instance {
  connect(): Promise<Connection>;
  closeSync(): void;
}

interface Connection {
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

/** A DuckDB in memory. */
export class DuckDb {
  private constructor(
    private readonly instance: Instance,
    private readonly connection: Connection,
  ) {}

  static async open(): Promise<DuckDb> {
    const { DuckDBInstance } = tool('@duckdb/node-api') as DuckDbApi;
    const instance = await DuckDBInstance.create(':memory:');
    return new DuckDb(instance, await instance.connect());
  }

  async run(statement: string): Promise<void> {
    await this.connection.run(statement);
  }

  close(): void {
    this.connection.closeSync();
    this.instance.closeSync();
  }
}

/** Runs SQL statements in a new DuckDB in memory. */
export async function runInDuckDb(...statements: string[]): Promise<void> {
  const duck = await DuckDb.open();
  for (const statement of statements) await duck.run(statement);
  duck.close();
}
