import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { load } from 'js-yaml';

const run = promisify(execFile);
export const ROOT = join(__dirname, '..', '..');
export const RULES = join(ROOT, 'deploy/alerts/airbyte-ingestion-api.rules.yaml');

/** An alerting or recording rule. */
export interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Rules of the file, in their order. */
export function readRules(): readonly Rule[] {
  const file = load(readFileSync(RULES, 'utf8')) as { groups: { rules: Rule[] }[] };
  return file.groups.flatMap(({ rules }) => rules);
}

/** Runs a program of Prometheus or Alertmanager. @throws Error with its output if it does not exit with 0 */
export async function program(name: 'promtool' | 'amtool', ...parameters: string[]): Promise<string> {
  try {
    const { stdout, stderr } = await run(name, parameters, { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 });
    return stderr + stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${name} ${parameters.join(' ')}: ${stdout}${stderr || String(error)}`, { cause: error });
  }
}
