import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringAt, type JsonObject } from '../../json';
import type { DestinationConnector } from '../../protocol/connector';
import type { ConfiguredStream } from '../../protocol/messages';
import type { RawRecord } from '../../protocol/raw-record';
import { writeStreams, type StreamTarget } from '../../protocol/write-streams';
import { localPathOf } from '../local-root';
import { recordId } from '../record-id';
import { StreamFile } from './stream-file';

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
    const folder = folderOf(config);
    await writeStreams(streams, (stream) => openStream(folder, stream), input, output);
  },
};

function folderOf(config: JsonObject): string {
  return localPathOf(stringAt(config, 'destination_path') ?? '');
}

function openStream(folder: string, { name, namespace, writeMode }: ConfiguredStream): StreamTarget {
  const table = (namespace === null ? name : `${namespace}_${name}`).replace(/[^\p{L}\p{N}_-]/gu, '_');
  const file = new StreamFile(join(folder, `_airbyte_raw_${table}.jsonl`), writeMode === 'overwrite');
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
