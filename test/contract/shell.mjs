import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Runs a program to its end; `output` is what it said, or why it could not be run. */
export function run([command, ...args], options = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    cwd: ROOT,
    ...options,
  });
  return { ok: status === 0, output: error ? error.message : `${stdout ?? ''}${stderr ?? ''}` };
}

/** Runs one program after the other until one fails. */
export function runAll(commands, options) {
  for (const command of commands) {
    const result = run(command, options);
    if (!result.ok) return result;
  }
  return { ok: true, output: '' };
}

export const has = (command) => run(['sh', '-c', `command -v ${command}`]).ok;
