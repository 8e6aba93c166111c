import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { until } from '../../support/until';

/** A Node program that said that it is ready. */
export interface Program {
  /** Text that the group of the pattern has found in its output. */
  readonly found: string;
  stop(): Promise<void>;
}

/** Starts a Node program from the project's folder and waits until its output matches. */
export async function startProgram(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  ready: RegExp,
): Promise<Program> {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = once(child, 'exit');
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  const found = await until(`${args.join(' ')} to start`, () => {
    if (child.exitCode !== null) throw new Error(`${args.join(' ')} ended instead:\n${output}`);
    return ready.exec(output)?.[1];
  });
  return {
    found,
    stop: async () => {
      child.kill('SIGTERM');
      await exit;
    },
  };
}
