import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { numberAt, objectAt, parseObject, stringAt, type JsonObject } from '../../json';
import { ConnectorError, type DestinationConnector } from '../../protocol/connector';
import { LineSplitter } from '../../protocol/lines';
import type { MessageWriter } from '../../protocol/message-writer';
import type { ConfiguredStream } from '../../protocol/messages';
import { localPathOf } from '../local-root';
import { StreamFile } from './stream-file';

/** One stream being written. */
interface Target {
  readonly file: StreamFile;
  rowsSinceState: number;
  complete: boolean;
}

/** Writes every stream to a file of JSON lines, laid out as Airbyte's own local JSON destination does. */
export const localJsonDestination: DestinationConnector = {
  spec: {
    documentationUrl: 'https://docs.airbyte.com/integrations/destinations/local-json',
    supportsIncremental: true,
    supported_destination_sync_modes: ['overwrite', 'append'],
    connectionSpecification: {
      $schema: 'http://json-schema.org/draft-07/schema#',
      title: 'Local JSON destination',
      type: 'object',
      required: ['destination_path'],
      properties: { destination_path: { type: 'string', description: 'A folder below /local/.' } },
    },
  },

  check(config) {
    const folder = folderOf(config);
    mkdirSync(folder, { recursive: true });
    const probe = join(folder, `.check-${randomUUID()}`);
    writeFileSync(probe, '');
    rmSync(probe);
    return Promise.resolve();
  },

  async write({ config, streams, input, output }) {
    const targets = openTargets(folderOf(config), streams);
    try {
      await copy(targets, input, output);
      const missing = [...targets].filter(([, target]) => !target.complete).map(([key]) => key);
      if (missing.length > 0) {
        throw new ConnectorError(
          'transient_error',
          `The input ended before these streams were complete: ${missing.join(', ')}`,
        );
      }
    } finally {
      for (const { file } of targets.values()) file.close();
    }
  },
};

function folderOf(config: JsonObject): string {
  return localPathOf(stringAt(config, 'destination_path') ?? '');
}

function openTargets(folder: string, streams: readonly ConfiguredStream[]): Map<string, Target> {
  const targets = new Map<string, Target>();
  for (const { name, namespace, writeMode } of streams) {
    const table = (namespace === null ? name : `${namespace}_${name}`).replace(/[^\p{L}\p{N}_-]/gu, '_');
    const file = new StreamFile(join(folder, `_airbyte_raw_${table}.jsonl`), writeMode === 'overwrite');
    targets.set(keyOf(name, namespace), { file, rowsSinceState: 0, complete: false });
  }
  return targets;
}

function keyOf(name: string, namespace: string | null | undefined): string {
  return `${namespace ?? ''}.${name}`;
}

async function copy(
  targets: Map<string, Target>,
  input: AsyncIterable<Buffer>,
  output: MessageWriter,
): Promise<void> {
  let answers: JsonObject[] = [];
  const splitter = new LineSplitter((line) => {
    const message = parseObject(line.toString('utf8'));
    if (message === null) return;
    const answer = take(targets, message);
    if (answer !== null) answers.push(answer);
  });
  for await (const chunk of input) {
    splitter.push(chunk);
    for (const answer of answers) await output.message(answer);
    answers = [];
  }
}

/** Takes one message; the answer to a state is that state, once everything before it is on disk. */
function take(targets: Map<string, Target>, message: JsonObject): JsonObject | null {
  switch (message['type']) {
    case 'RECORD':
      takeRecord(targets, objectAt(message, 'record') ?? {});
      return null;
    case 'STATE':
      return takeState(targets, message);
    case 'TRACE':
      takeTrace(targets, objectAt(message, 'trace') ?? {});
      return null;
    default:
      return null;
  }
}

function takeRecord(targets: Map<string, Target>, record: JsonObject): void {
  const key = keyOf(stringAt(record, 'stream') ?? '', stringAt(record, 'namespace'));
  const target = targets.get(key);
  const data = objectAt(record, 'data');
  if (target === undefined || data === undefined)
    throw new ConnectorError('system_error', `A record came for the unknown stream ${key}.`);
  const emittedAt = numberAt(record, 'emitted_at') ?? Date.now();
  target.file.line(
    `{"_airbyte_ab_id":"${randomUUID()}","_airbyte_emitted_at":${emittedAt},"_airbyte_data":${JSON.stringify(data)}}`,
  );
  target.rowsSinceState++;
}

function takeState(targets: Map<string, Target>, message: JsonObject): JsonObject {
  const state = objectAt(message, 'state') ?? {};
  const descriptor = objectAt(objectAt(state, 'stream') ?? {}, 'stream_descriptor');
  const of =
    descriptor === undefined
      ? undefined
      : targets.get(keyOf(stringAt(descriptor, 'name') ?? '', stringAt(descriptor, 'namespace')));
  const affected = of === undefined ? [...targets.values()] : [of];
  let recordCount = 0;
  for (const target of affected) {
    target.file.commit();
    recordCount += target.rowsSinceState;
    target.rowsSinceState = 0;
  }
  return { type: 'STATE', state: { ...state, destinationStats: { recordCount } } };
}

function takeTrace(targets: Map<string, Target>, trace: JsonObject): void {
  const status = objectAt(trace, 'stream_status') ?? {};
  if (status['status'] !== 'COMPLETE') return;
  const descriptor = objectAt(status, 'stream_descriptor') ?? {};
  const target = targets.get(keyOf(stringAt(descriptor, 'name') ?? '', stringAt(descriptor, 'namespace')));
  if (target === undefined || target.complete) return;
  target.file.complete();
  target.complete = true;
}
