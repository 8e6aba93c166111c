import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { stringAt, type JsonObject } from '../../json';
import { ConnectorError, type DestinationConnector } from '../../protocol/connector';
import type { ConfiguredStream } from '../../protocol/messages';
import type { RawRecord } from '../../protocol/raw-record';
import { writeStreams, type StreamTarget } from '../../protocol/write-streams';
import { localPathOf } from '../local-root';
import { recordId } from '../record-id';
import { StreamFile } from './stream-file';

/** File systems take 255; beside the file there are others with longer names. */
const MAX_NAME_BYTES = 220;

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
      properties: {
        destination_path: { type: 'string', minLength: 1, description: 'A folder below /local/.' },
      },
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
    const files = filesOf(streams);
    const folder = stringAt(config, 'destination_path') ?? '';
    await writeStreams(
      streams,
      // The file itself may be a link.
      (stream) => openStream(localPathOf(posix.join(folder, files.get(stream) ?? '')), stream),
      input,
      output,
    );
  },
};

function folderOf(config: JsonObject): string {
  return localPathOf(stringAt(config, 'destination_path') ?? '');
}

/** @throws ConnectorError config_error when two streams would be written to one file, also where its case is the same */
function filesOf(streams: readonly ConfiguredStream[]): ReadonlyMap<ConfiguredStream, string> {
  const files = new Map(streams.map((stream) => [stream, fileNameOf(stream)]));
  const seen = new Set<string>();
  for (const file of files.values()) {
    if (seen.has(file.toLowerCase()))
      throw new ConnectorError('config_error', `Two streams would both be written to ${file}.`);
    seen.add(file.toLowerCase());
  }
  return files;
}

function fileNameOf({ name, namespace }: ConfiguredStream): string {
  const table = (namespace === null ? name : `${namespace}_${name}`).replace(/[^\p{L}\p{N}_-]/gu, '_');
  const file = `_airbyte_raw_${table}.jsonl`;
  if (Buffer.byteLength(file) > MAX_NAME_BYTES)
    throw new ConnectorError('config_error', `The name of stream ${name} is too long for a file.`);
  return file;
}

function openStream(path: string, { writeMode }: ConfiguredStream): StreamTarget {
  const file = new StreamFile(path, writeMode === 'overwrite');
  return {
    add: (record) => {
      file.line(rawLine(record));
    },
    commit: () => {
      file.commit();
    },
    complete: () => {
      file.complete();
    },
    close: () => {
      file.close();
    },
  };
}

function rawLine({ data, emittedAtMs }: RawRecord): string {
  return `{"_airbyte_ab_id":"${recordId()}","_airbyte_emitted_at":${emittedAtMs},"_airbyte_data":${data}}`;
}
