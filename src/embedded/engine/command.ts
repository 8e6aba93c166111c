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

/** One run of a connector, whose output is read until enough is known. */
export interface CommandRun {
  readonly command: readonly string[];
  readonly name: string;
  /** Contents of its files by their options, such as `config` for `--config`. */
  readonly files: Readonly<Record<string, unknown>>;
  readonly timeoutMs: number;
  readonly redact: (text: string) => string;
  /** Ends the command. */
  readonly signal?: AbortSignal | undefined;
  /** Receives each line of its output. If it returns true, the connector is stopped and nothing more is read. */
  readonly onLine: (line: Buffer) => boolean;
}

/** The end of a run. */
export interface CommandEnd {
  /** Why the engine ended the connector, such as a timeout; null if it did not. */
  readonly failure: string | null;
  readonly isTimedOut: boolean;
  /** Whether nothing more was needed. */
  readonly isStopped: boolean;
  readonly end: ProcessEnd;
  /** With secrets masked. */
  readonly lastLog: string;
}

const ANSWERS = { spec: 'SPEC', check: 'CONNECTION_STATUS', discover: 'CATALOG' } as const;
/** Between SIGTERM and SIGKILL for a connector of which nothing more is needed. */
const STOP_GRACE_MS = 2000;

/** Runs a command of a connector to its end, or until nothing more is needed. */
export async function runConnector(runtimeDirs: ConnectorRuntimeDirs, run: CommandRun): Promise<CommandEnd> {
  const { command, name, timeoutMs, redact } = run;
  return withFiles(runtimeDirs, run.files, async (paths) => {
    const options = Object.entries(paths).flatMap(([option, path]) => [`--${option}`, path]);
    const connector = ConnectorProcess.start([...command, name, ...options], runtimeDirs.localRoot, redact);
    connector.stdin.end();
    let failure: string | null = null;
    let isTimedOut = false;
    let isStopped = false;
    const fail = (reason: string): void => {
      failure ??= reason;
      connector.signal('SIGKILL');
    };
    const abort = (): void => {
      fail('The command was interrupted.');
    };
    run.signal?.addEventListener('abort', abort, { once: true });
    if (run.signal?.aborted === true) abort();
    const timer = setTimeout(() => {
      isTimedOut = failure === null;
      fail(`The connector did not answer ${name} within ${timeoutMs / 1000} seconds.`);
    }, timeoutMs);
    const stopped: Promise<void>[] = [];
    const splitter = new LineSplitter(
      (line) => {
        if (failure !== null || isStopped || !run.onLine(line)) return;
        isStopped = true;
        stopped.push(connector.stop(STOP_GRACE_MS));
      },
      {
        maxBytes: MAX_ANSWER_BYTES,
        onTooLong: () => {
          fail(`The connector's answer to ${name} is larger than ${sizeOf(MAX_ANSWER_BYTES)}.`);
        },
      },
    );
    connector.stdout.on('data', (chunk: Buffer) => {
      splitter.push(chunk);
    });
    const end = await connector.ended;
    splitter.end();
    clearTimeout(timer);
    await Promise.all(stopped);
    run.signal?.removeEventListener('abort', abort);
    return { failure, isTimedOut, isStopped, end, lastLog: connector.lastLog };
  });
}

/**
 * Runs a short command and returns the first message of the wanted type.
 * @throws CommandError with secrets masked
 */
export async function runCommand(
  runtimeDirs: ConnectorRuntimeDirs,
  { command, name, config, timeoutMs, redact, onConfiguration, signal }: ShortCommand,
): Promise<CommandAnswer> {
  const found: Found = { answer: null, failure: null, warnings: [] };
  const ended = await runConnector(runtimeDirs, {
    command,
    name,
    files: config === null ? {} : { config },
    timeoutMs,
    redact,
    signal,
    onLine: (line) => {
      if (found.failure === null) collect(found, ANSWERS[name], line, onConfiguration);
      return false;
    },
  });
  const failure = ended.failure ?? found.failure;
  const warnings = found.warnings.map((text) => redact(text).slice(0, MAX_FAILURE_CHARACTERS));
  if (found.answer !== null && failure === null) return { message: found.answer, warnings };
  throw new CommandError(redact(failure ?? '') || endedWithoutAnswer(name, ended));
}

interface Found {
  answer: JsonObject | null;
  failure: string | null;
  readonly warnings: string[];
}

/** The reason of a failure that the connector did not report. */
export function endedWithoutAnswer(name: string, { end: { code, signal }, lastLog }: CommandEnd): string {
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
  const message = parseObject(line.toString('utf8')) ?? {};
  if (message['type'] === wanted) found.answer ??= message;
  found.failure ??= reportedFailure(message) ?? configurationFailure(message, onConfiguration);
  const log = objectAt(message, 'log');
  if (log?.['level'] === 'WARN' && found.warnings.length < MAX_WARNINGS)
    found.warnings.push((stringAt(log, 'message') ?? '').slice(0, MAX_LOG_LINE_BYTES));
}

/** The failure that a message reports, or null. */
export function reportedFailure(message: JsonObject): string | null {
  const failure = objectAt(objectAt(message, 'trace') ?? {}, 'error');
  return failure === undefined ? null : (stringAt(failure, 'message') ?? 'The connector failed.');
}

/** Passes on the configuration of a CONTROL message. Returns the reason why it cannot be used, or null. */
export function configurationFailure(
  message: JsonObject,
  onConfiguration: ShortCommand['onConfiguration'],
): string | null {
  const control = message['type'] === 'CONTROL' ? objectAt(message, 'control') : undefined;
  if (control?.['type'] !== 'CONNECTOR_CONFIG') return null;
  try {
    const configuration = configurationOf('connector', control);
    if (configuration !== null) onConfiguration(configuration);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}
