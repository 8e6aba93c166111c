import { spawn } from 'node:child_process';
import { killGroup } from '../engine/connector-process';

/** The end of a program, with the last part of its output. */
export interface ProgramEnd {
  /** Null if it was ended, or could not be started. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The reason why it did not end by itself, or null. */
  readonly failure: 'timeout' | 'aborted' | 'not started' | null;
}

/** A program to run. */
export interface Program {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Kept of each output. The reason of a failure is at its end. */
const MAX_OUTPUT_CHARACTERS = 64 * 1024;

/** Runs a program without input. Its children are ended with it when the time is over or the signal aborts. Never rejects. */
export async function runProgram({ command, env, cwd, timeoutMs, signal }: Program): Promise<ProgramEnd> {
  const [file = '', ...args] = command;
  const hasProcessGroups = process.platform !== 'win32';
  const child = spawn(file, args, {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: hasProcessGroups,
  });
  const output = { stdout: '', stderr: '' };
  let failure: ProgramEnd['failure'] = null;
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] = (output[name] + text).slice(-MAX_OUTPUT_CHARACTERS);
    });
  }
  const end = (reason: 'timeout' | 'aborted'): void => {
    failure ??= reason;
    if (child.pid !== undefined) killGroup(child.pid, 'SIGKILL');
  };
  const timer = setTimeout(() => {
    end('timeout');
  }, timeoutMs);
  const abort = (): void => {
    end('aborted');
  };
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  const status = await new Promise<number | null>((resolve) => {
    child.once('error', (error) => {
      failure ??= 'not started';
      output.stderr += error.message;
      resolve(null);
    });
    child.once('close', resolve);
  });
  clearTimeout(timer);
  signal.removeEventListener('abort', abort);
  return { status, failure, ...output };
}
