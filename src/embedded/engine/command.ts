import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { objectAt, parseObject, stringAt, type JsonObject } from '../json';
import { LineSplitter } from '../protocol/lines';
import { ConnectorProcess, type ProcessEnd } from './connector-process';

/** Where connectors run: their scratch files and what `/local` stands for. */
export interface Workshop {
  readonly scratchRoot: string;
  readonly localRoot: string;
}

/** JSON that is written as it stands, since a number in it may be larger than one that was parsed can be. */
export class JsonText {
  constructor(readonly text: string) {}
}

/** Writes the files that a command reads, for their owner only, runs the work and removes them. */
export async function withFiles<T>(
  { scratchRoot }: Workshop,
  contents: Readonly<Record<string, unknown>>,
  work: (paths: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  const folder = join(scratchRoot, randomUUID());
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    const paths = Object.fromEntries(
      Object.keys(contents).map((name) => [name, join(folder, `${name}.json`)]),
    );
    for (const [name, path] of Object.entries(paths)) {
      const content = contents[name];
      const text = content instanceof JsonText ? content.text : JSON.stringify(content);
      writeFileSync(path, text, { mode: 0o600 });
    }
    return await work(paths);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The catalog of a large database has some megabytes. */
const MAX_OUTPUT_BYTES = 64 * 2 ** 20;

/** A short command (`spec`, `check`, `discover`) did not answer. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** Runs a short command and returns the first message of the wanted type. */
export async function runCommand(
  workshop: Workshop,
  command: readonly string[],
  name: 'spec' | 'check' | 'discover',
  config: JsonObject | null,
  timeoutMs: number,
): Promise<JsonObject> {
  return withFiles(workshop, config === null ? {} : { config }, async ({ config: path }) => {
    const process = ConnectorProcess.start(
      [...command, name, ...(path === undefined ? [] : ['--config', path])],
      workshop.localRoot,
    );
    process.stdin.end();
    const wanted = { spec: 'SPEC', check: 'CONNECTION_STATUS', discover: 'CATALOG' }[name];
    const found: Found = {};
    const give = (failure: string): void => {
      found.failure ??= failure;
      process.signal('SIGKILL');
    };
    const timer = setTimeout(() => {
      give(`The connector did not answer ${name} within ${timeoutMs / 1000} seconds.`);
    }, timeoutMs);
    const splitter = new LineSplitter((line) => {
      note(found, wanted, line);
    });
    let bytes = 0;
    process.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MAX_OUTPUT_BYTES) splitter.push(chunk);
      else give(`The connector's answer to ${name} is larger than ${MAX_OUTPUT_BYTES / 2 ** 20} MiB.`);
    });
    const end = await process.ended;
    if (found.failure === undefined) splitter.end();
    clearTimeout(timer);
    if (found.answer !== undefined && found.failure === undefined) return found.answer;
    throw new CommandError(found.failure ?? endedWithoutAnswer(name, end, process.lastLog));
  });
}

interface Found {
  answer?: JsonObject;
  failure?: string;
}

function endedWithoutAnswer(name: string, { code, signal }: ProcessEnd, lastLog: string): string {
  const how = signal === null ? `exit status ${code ?? 'unknown'}` : signal;
  const log = lastLog === '' ? '' : ` Its last log lines:\n${lastLog}`;
  return `The connector ended ${name} without an answer (${how}).${log}`;
}

function note(found: Found, wanted: string, line: Buffer): void {
  const message = parseObject(line.toString('utf8'));
  if (message?.['type'] === wanted) found.answer ??= message;
  const failure = objectAt(objectAt(message ?? {}, 'trace') ?? {}, 'error');
  if (failure !== undefined) found.failure ??= stringAt(failure, 'message') ?? 'The connector failed.';
}
