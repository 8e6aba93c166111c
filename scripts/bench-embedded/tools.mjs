import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('./tools', import.meta.url));

/** Requires a package of the folder `tools`, whose lock is its own, and installs them first where they are missing. */
export function tool(name) {
  if (!existsSync(`${FOLDER}/node_modules/@duckdb/node-api`)) {
    const { status, stderr } = spawnSync('npm', ['ci', '--ignore-scripts'], {
      cwd: FOLDER,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`npm ci in ${FOLDER} ended with ${status}\n${stderr}`);
  }
  return createRequire(`${FOLDER}/package.json`)(name);
}

/** Runs statements of SQL in a DuckDB of its own. */
export async function runInDuckDb(...statements) {
  const { DuckDBInstance } = tool('@duckdb/node-api');
  const db = await DuckDBInstance.create(':memory:');
  const connection = await db.connect();
  for (const statement of statements) await connection.run(statement);
  connection.closeSync();
  db.closeSync();
}
