/** Builds the published client from the API description, as its publisher would. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, run } from './shell';

export const CLIENT = join(ROOT, 'clients', 'typescript');

function npm(...args: string[]): void {
  const { ok, output } = run(['npm', ...args], { cwd: CLIENT });
  if (!ok) throw new Error(`npm ${args.join(' ')} in clients/typescript failed\n${output}`);
}

/** Installs the dependencies of the client where they are missing, and builds it. */
export function buildClient(): void {
  if (!existsSync(`${CLIENT}/node_modules/openapi-fetch`)) npm('ci', '--ignore-scripts');
  npm('run', 'generate');
  npm('run', 'build');
}
