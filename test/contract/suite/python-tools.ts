/** The Python tools have an environment of their own, with the versions of tools/requirements.txt. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAll, say, TOOLS } from './shell';

const REQUIREMENTS = `${TOOLS}/requirements.txt`;

/** Installs the tools unless they are installed already, and returns the folder of their programs. */
export function ensurePythonTools(): string {
  const hash = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 12);
  const environment = join(tmpdir(), `ingestion-python-tools-${hash}`);
  const finished = join(environment, 'finished');
  if (existsSync(finished)) return `${environment}/bin`;
  say('installing the Python tools, once');
  rmSync(environment, { recursive: true, force: true });
  const pip = [`${environment}/bin/pip`, 'install', '--quiet', '--disable-pip-version-check', '--no-deps'];
  const { ok, output } = runAll([
    ['python3', '-m', 'venv', environment],
    [...pip, '--requirement', REQUIREMENTS],
  ]);
  if (!ok)
    throw new Error(`the Python tools cannot be installed; python3 with venv and PyPI are needed\n${output}`);
  writeFileSync(finished, '');
  return `${environment}/bin`;
}
