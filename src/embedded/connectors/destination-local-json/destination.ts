import { randomUUID } from 'node:crypto';
import { closeSync, constants, rmSync } from 'node:fs';
import { configError, type DestinationConnector } from '../../protocol/connector';
import type { ConfiguredStream } from '../../protocol/messages';
import { writeStreams, type StreamTarget } from '../../protocol/write-streams';
import { destinationPath, destinationPathSpec, explainFileError } from '../destination-path';
import { LocalFolder } from '../local-folder';
import { recordId } from '../record-id';
import { assertReadable, RecordError, recordFailure } from '../record-error';
import { tableNameOf } from '../destination-names';
import { fileNameOf, foldedName } from './file-names';
import { StreamFile } from './stream-file';

/** Writes every stream to a file of JSON lines with the layout of Airbyte's local JSON destination. */
export const localJsonDestination: DestinationConnector = {
  spec: {
    documentationUrl: 'https://docs.airbyte.com/integrations/destinations/local-json',
    supportsIncremental: true,
    supported_destination_sync_modes: ['overwrite', 'append'],
    connectionSpecification: destinationPathSpec('Local JSON destination', 'A folder below /local/.'),
  },

  async check(config) {
    const path = destinationPath(config);
    await inFolder(path, (folder) => {
      const probe = `.check-${randomUUID()}`;
      closeSync(folder.openFile(probe, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL));
      rmSync(folder.entry(probe));
      return Promise.resolve();
    });
  },

  async write({ config, streams, input, output }) {
    const path = destinationPath(config);
    const files = filesOf(streams);
    await inFolder(path, (folder) =>
      writeStreams(streams, (stream) => openStream(folder, files.get(stream) ?? '', stream), input, output),
    );
  },
};

async function inFolder(path: string, work: (folder: LocalFolder) => Promise<void>): Promise<void> {
  try {
    const folder = LocalFolder.open(path);
    try {
      await work(folder);
    } finally {
      folder.close();
    }
  } catch (error) {
    throw explainFileError(error, path);
  }
}

/** @throws ConnectorError config_error if two streams would share a file, also on file systems that ignore case */
function filesOf(streams: readonly ConfiguredStream[]): ReadonlyMap<ConfiguredStream, string> {
  const files = new Map<ConfiguredStream, string>();
  const seen = new Set<string>();
  for (const stream of streams) {
    const file = fileNameOf(tableNameOf(stream));
    if (seen.has(foldedName(file)))
      throw configError(
        `Two streams would both be written to ${file}. Leave one out, or set another prefix or namespace.`,
      );
    seen.add(foldedName(file));
    files.set(stream, file);
  }
  return files;
}

function openStream(folder: LocalFolder, name: string, stream: ConfiguredStream): StreamTarget {
  const file = new StreamFile(folder, name, stream, stream.writeMode === 'overwrite');
  let records = 0;
  return {
    // Records are written byte for byte, so the JSON must be unambiguous.
    add: ({ data, emittedAtMs }) => {
      records++;
      try {
        assertReadable(data);
        file.line(
          `{"_airbyte_ab_id":"${recordId()}","_airbyte_emitted_at":${emittedAtMs},"_airbyte_data":`,
          data,
        );
      } catch (error) {
        throw error instanceof RecordError ? recordFailure(stream.name, records, error) : error;
      }
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
