import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import Ajv from 'ajv';
import { isObject, type JsonObject } from '../../src/embedded/platform/json';
import { MESSAGE_SCHEMA } from './message-schema';

const COMPILED = join(__dirname, '../../dist/embedded/connectors');
const isMessage = new Ajv({ allErrors: true, strict: false }).compile(MESSAGE_SCHEMA);

/** A folder with a `/local` in which connectors run on their own. */
export class ConnectorFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'connectors-'));

  constructor() {
    mkdirSync(join(this.path, 'local'));
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  /** Writes a file, anything but text as JSON, and returns its path. */
  file(name: string, content: unknown): string {
    const path = join(this.path, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  }

  private get environment(): NodeJS.ProcessEnv {
    return { AIRBYTE_LOCAL_ROOT: join(this.path, 'local') };
  }

  /** Starts a command of a connector whose output is read as the test likes. */
  start(connector: string, args: string[]): ChildProcessByStdio<null, Readable, null> {
    return spawn(process.execPath, [join(COMPILED, connector, 'main.js'), ...args], {
      env: this.environment,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  }

  /** Runs a command of a connector; every line of its output must be a message of the protocol. */
  run(
    connector: string,
    args: string[],
    input = '',
  ): { messages: JsonObject[]; lines: string[]; status: number | null } {
    const { stdout, status } = spawnSync(process.execPath, [join(COMPILED, connector, 'main.js'), ...args], {
      env: this.environment,
      input,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    const lines = stdout.split('\n').filter((line) => line !== '');
    const messages = lines.map((line): unknown => JSON.parse(line));
    const wrong = messages.find((message) => !isMessage(message));
    if (wrong !== undefined) throw new Error(`no message of the protocol: ${JSON.stringify(wrong)}`);
    return { messages: messages.filter(isObject), lines, status };
  }
}

/** A stream as a configured catalog has it. */
export function configured(name: string, read: string, write: string, more: object = {}): object {
  return {
    stream: {
      name,
      json_schema: { type: 'object', properties: { id: {}, v: {} } },
      supported_sync_modes: [read],
    },
    sync_mode: read,
    destination_sync_mode: write,
    ...more,
  };
}

/** The data of the records among messages. */
export function dataOf(messages: readonly JsonObject[]): unknown[] {
  return messages
    .filter(({ type }) => type === 'RECORD')
    .map(({ record }) => (isObject(record) ? record['data'] : null));
}

/** The states among messages. */
export function statesOf(messages: readonly JsonObject[]): JsonObject[] {
  return messages.flatMap(({ type, state }) => (type === 'STATE' && isObject(state) ? [state] : []));
}

/** A destination's input: records, a state after them, and the end that the engine declares. */
export function script(stream: string, records: readonly object[], complete: boolean): string {
  const lines: object[] = records.map((data) => ({
    type: 'RECORD',
    record: { stream, data, emitted_at: 1 },
  }));
  lines.push({
    type: 'STATE',
    state: { type: 'STREAM', stream: { stream_descriptor: { name: stream }, stream_state: { at: 1 } } },
  });
  if (complete) {
    const status = { stream_descriptor: { name: stream }, status: 'COMPLETE' };
    lines.push({ type: 'TRACE', trace: { type: 'STREAM_STATUS', emitted_at: 1, stream_status: status } });
  }
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}
