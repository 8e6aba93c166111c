// Builds the published client from the description, as whoever publishes it would.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const CLIENT = fileURLToPath(new URL('../../clients/typescript', import.meta.url));

function npm(...args) {
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd: CLIENT, encoding: 'utf8' });
  if (status !== 0)
    throw new Error(`npm ${args.join(' ')} in clients/typescript ended with ${status}\n${stdout}${stderr}`);
}

/** Installs what the client needs where that is missing, and builds it. */
export function buildClient() {
  if (!existsSync(`${CLIENT}/node_modules/openapi-fetch`)) npm('ci', '--ignore-scripts');
  npm('run', 'generate');
  npm('run', 'build');
}
