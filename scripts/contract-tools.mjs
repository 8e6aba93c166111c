// The linters and generators have a package of their own, so that `npm ci` of the gateway does not install them.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const TOOLS = fileURLToPath(new URL('../test/contract/tools', import.meta.url));
const INSTALLED = `${TOOLS}/node_modules/.package-lock.json`;

/** Installs the tools with the versions of their lock file, unless they are installed already. */
export function ensureTools() {
  if (isInstalled()) return;
  console.log('installing the linters and generators, once');
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: TOOLS,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) throw new Error(`npm ci in ${TOOLS} ended with ${status}`);
}

function isInstalled() {
  if (!existsSync(INSTALLED)) return false;
  const [wanted, installed] = [`${TOOLS}/package-lock.json`, INSTALLED].map(
    (path) => JSON.parse(readFileSync(path, 'utf8')).packages,
  );
  return Object.entries(installed).every(([path, { version }]) => wanted[path]?.version === version);
}
