import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { objectAt, parseObject, stringAt, type JsonObject } from '../platform/json';
import { LineSplitter, sizeOf } from '../protocol/lines';
import { messageOf } from '../platform/system-error';
import { ConnectorProcess, type ProcessEnd } from './connector-process';
import { configurationOf } from './connector-reports';
import { MAX_ANSWER_BYTES, MAX_FAILURE_CHARACTERS, MAX_LOG_LINE_BYTES, MAX_WARNINGS } from './limits';

/** The folders that connectors use: scratch files, and the folder that is mounted as `/local`. */
export interface ConnectorRuntimeDirs {
  readonly scratchRoot: string;
  readonly localRoot: string;
}

/** JSON text that is written unchanged, because parsing would round large numbers. */
export class JsonText {
  constructor(readonly text: string) {}
}

/** Writes the input files of a command with mode 0600, runs the work and removes them. */
export async function withFiles<T>(
  { scratchRoot }: ConnectorRuntimeDirs,
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

/** A short command (`spec`, `check`, `discover`) did not answer. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** The answer of a short command. */
export interface CommandAnswer {
  readonly message: JsonObject;
  /** Warnings of the connector, with secrets masked. */
  readonly warnings: readonly string[];
}

/** A short command of a connector. */
export interface ShortCommand {
  readonly command: readonly string[];
  readonly name: 'spec' | 'check' | 'discover';
  readonly config: JsonObject | null;
  readonly timeoutMs: number;
  readonly redact: (text: string) => string;
  /** Receives each new configuration of the connector, also if the command fails. */
  readonly onConfiguration: (configuration: JsonObject) => void;
  /** Ends the command. */
  readonly signal?: AbortSignal;
}

const ANSWERS = { spec: 'SPEC', check: 'CONNECTION_STATUS', discover: 'CATALOG' } as const;

/**
 * Runs a short command and returns the first message of the wanted type.
 * @throws CommandError with secrets masked
 */
export async function runCommand(
  runtimeDirs: ConnectorRuntimeDirs,
  short: ShortCommand,
): Promise<CommandAnswer> {
  const { command, name, config, timeoutMs, redact } = short;
  return withFiles(runtimeDirs, config === null ? {} : { config }, async ({ config: path }) => {
    const connector = ConnectorProcess.start(
      [...command, name, ...(path === undefined ? [] : ['--config', path])],
      runtimeDirs.localRoot,
      redact,
    );
    connector.stdin.end();
    const found: Found = { answer: null, failure: null, warnings: [] };
    const failCommand = (failure: string): void => {
      found.failure ??= failure;
      connector.signal('SIGKILL');
    };
    const abort = (): void => {
      failCommand('The command was interrupted.');
    };
    short.signal?.addEventListener('abort', abort, { once: true });
    if (short.signal?.aborted === true) abort();
    const timer = setTimeout(() => {
      failCommand(`The connector did not answer ${name} within ${timeoutMs / 1000} seconds.`);
    }, timeoutMs);
    const splitter = new LineSplitter(
      (line) => {
        if (found.failure === null) collect(found, ANSWERS[name], line, short.onConfiguration);
      },
      {
        maxBytes: MAX_ANSWER_BYTES,
        onTooLong: () => {
          failCommand(`The connector's answer to ${name} is larger than ${sizeOf(MAX_ANSWER_BYTES)}.`);
        },
      },
    );
    connector.stdout.on('data', (chunk: Buffer) => {
      splitter.push(chunk);
    });
    const end = await connector.ended;
    splitter.end();
    clearTimeout(timer);
    short.signal?.removeEventListener('abort', abort);
    const { answer, failure } = found;
    const warnings = found.warnings.map((text) => redact(text).slice(0, MAX_FAILURE_CHARACTERS));
    if (answer !== null && failure === null) return { message: answer, warnings };
    throw new CommandError(redact(failure ?? '') || endedWithoutAnswer(name, end, connector.lastLog));
  });
}

interface Found {
  answer: JsonObject | null;
  failure: string | null;
  readonly warnings: string[];
}

function endedWithoutAnswer(name: string, { code, signal }: ProcessEnd, lastLog: string): string {
  const how = signal === null ? `exit status ${code ?? 'unknown'}` : signal;
  const log = lastLog === '' ? '' : ` Its last log lines:\n${lastLog}`;
  return `The connector ended ${name} without an answer (${how}).${log}`;
}

function collect(
  found: Found,
  wanted: string,
  line: Buffer,
  onConfiguration: ShortCommand['onConfiguration'],
): void {
  const message = parseObject(line.toString('utf8'));
  if (message?.['type'] === wanted) found.answer ??= message;
  const failure = objectAt(objectAt(message ?? {}, 'trace') ?? {}, 'error');
  if (failure !== undefined) found.failure ??= stringAt(failure, 'message') ?? 'The connector failed.';
  const log = objectAt(message ?? {}, 'log');
  if (log?.['level'] === 'WARN' && found.warnings.length < MAX_WARNINGS)
    found.warnings.push((stringAt(log, 'message') ?? '').slice(0, MAX_LOG_LINE_BYTES));
  const control = message?.['type'] === 'CONTROL' ? objectAt(message, 'control') : undefined;
  if (control?.['type'] !== 'CONNECTOR_CONFIG') return;
  try {
    const configuration = configurationOf('connector', control);
    if (configuration !== null) onConfiguration(configuration);
  } catch (error) {
    found.failure ??= messageOf(error);
  }
}
