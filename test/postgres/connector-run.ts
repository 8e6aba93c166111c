import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  arrayAt,
  isObject,
  objectAt,
  parseObject,
  stringAt,
  type JsonObject,
} from '../../src/embedded/platform/json';

/** The messages of one command of a connector. */
export class ConnectorRun {
  constructor(
    readonly messages: readonly JsonObject[],
    readonly lines: readonly string[],
    readonly exitCode: number | null,
  ) {}

  /** The data of a stream's records as JSON texts, so no number is rounded. */
  recordTexts(stream: string): string[] {
    const head = `"stream":${JSON.stringify(stream)}`;
    return this.lines
      .filter((line) => line.startsWith('{"type":"RECORD"') && line.includes(head))
      .map((line) =>
        line.slice(line.indexOf('"data":') + '"data":'.length, line.lastIndexOf(',"emitted_at"')),
      );
  }

  records(stream: string): JsonObject[] {
    return this.recordTexts(stream).map((text) => parseObject(text) ?? {});
  }

  /** The newest state of each stream, as input of the next read. */
  get states(): JsonObject[] {
    const newest = new Map<string, JsonObject>();
    for (const message of this.messages) {
      const state = objectAt(message, 'state');
      if (message['type'] !== 'STATE' || state === undefined) continue;
      newest.set(JSON.stringify(objectAt(objectAt(state, 'stream') ?? {}, 'stream_descriptor')), state);
    }
    return [...newest.values()];
  }

  /** The failure that the connector reported, or null. */
  get failure(): { type: string; message: string } | null {
    for (const message of this.messages) {
      const error = objectAt(objectAt(message, 'trace') ?? {}, 'error');
      if (error !== undefined)
        return { type: stringAt(error, 'failure_type') ?? '', message: stringAt(error, 'message') ?? '' };
    }
    return null;
  }

  /** The result of a check: null for success, else the message. */
  get checkFailure(): string | null {
    const status = this.messages.map((message) => objectAt(message, 'connectionStatus')).find(Boolean);
    return status?.['status'] === 'SUCCEEDED' ? null : (stringAt(status ?? {}, 'message') ?? 'no status');
  }

  get warnings(): string[] {
    return this.messages
      .map((message) => objectAt(message, 'log'))
      .filter((log) => log?.['level'] === 'WARN')
      .map((log) => stringAt(log ?? {}, 'message') ?? '');
  }

  /** The discovered streams. */
  get streams(): JsonObject[] {
    const catalog = this.messages.map((message) => objectAt(message, 'catalog')).find(Boolean);
    return arrayAt(catalog ?? {}, 'streams').filter(isObject);
  }
}

/** Runs a command of a built connector in a separate process. */
export async function runConnector(
  connector: string,
  command: string,
  files: Readonly<Record<string, unknown>>,
  input = '',
): Promise<ConnectorRun> {
  const folder = mkdtempSync(join(tmpdir(), 'connector-run-'));
  try {
    const args = Object.entries(files).flatMap(([name, content]) => {
      const path = join(folder, `${name}.json`);
      writeFileSync(path, JSON.stringify(content));
      return [`--${name}`, path];
    });
    const main = join(__dirname, '../../dist/embedded/connectors', connector, 'main.js');
    const child = spawn(process.execPath, [main, command, ...args], {
      env: process.env,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    // A connector that fails stops reading its input. The test does not fail because of that.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve));
    const lines = Buffer.concat(chunks)
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '');
    return new ConnectorRun(
      lines.map((line) => parseObject(line) ?? {}),
      lines,
      exitCode,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A stream of a configured catalog for a full refresh, or for an incremental read by a cursor. */
export function configured(
  name: string,
  { cursor, namespace = 'public' }: { cursor?: string; namespace?: string } = {},
): JsonObject {
  return {
    stream: { name, namespace, json_schema: {}, supported_sync_modes: ['full_refresh', 'incremental'] },
    sync_mode: cursor === undefined ? 'full_refresh' : 'incremental',
    destination_sync_mode: 'append',
    ...(cursor === undefined ? {} : { cursor_field: [cursor] }),
  };
}
