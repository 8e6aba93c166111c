import { spawnSync, type SpawnSyncOptions } from 'node:child_process';
import { join } from 'node:path';

/** npm starts the suites here. Files of the project are found from here, because compiled programs are in a build folder. */
export const ROOT = process.cwd();
export const CONTRACT = join(ROOT, 'test', 'contract');
/** `scripts/contract-tools.mjs` installs these linters and generators. */
export const TOOLS = join(CONTRACT, 'tools');

export type Command = readonly string[];

export interface Outcome {
  readonly ok: boolean;
  /** Standard output and error, or the reason why the program could not be started. */
  readonly output: string;
}

/** Runs a program to its end. */
export function run([command = '', ...args]: Command, options: SpawnSyncOptions = {}): Outcome {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: ROOT,
    ...options,
    encoding: 'utf8',
  });
  return { ok: status === 0, output: error ? error.message : stdout + stderr };
}

/** Runs one program after the other until one fails. */
export function runAll(commands: readonly Command[], options?: SpawnSyncOptions): Outcome {
  for (const command of commands) {
    const outcome = run(command, options);
    if (!outcome.ok) return outcome;
  }
  return { ok: true, output: '' };
}

export function hasProgram(name: string): boolean {
  return run(['sh', '-c', `command -v ${name}`]).ok;
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
