import { configError, type DestinationConnector } from '../../protocol/connector';
import type { ConfiguredStream } from '../../protocol/messages';
import { writeStreams } from '../../protocol/write-streams';
import { destinationPath, destinationPathSpec, explainFileError } from '../destination-path';
import { CHECK_BUSY_MS, explainSqliteError, openDatabase, SYNC_BUSY_MS } from './database';
import { folded, namesOf } from './names';
import { StreamTable } from './stream-table';

/** Writes every stream to a raw table of a SQLite file, with Airbyte's layout, and creates a view of its columns. */
export const sqliteDestination: DestinationConnector = {
  spec: {
    documentationUrl: 'https://docs.airbyte.com/integrations/destinations/sqlite',
    supportsIncremental: true,
    supported_destination_sync_modes: ['overwrite', 'append', 'append_dedup'],
    connectionSpecification: destinationPathSpec('SQLite destination', 'A file below /local/.'),
  },

  async check(config) {
    const path = destinationPath(config);
    await explained(path, CHECK_BUSY_MS, () => {
      openDatabase(path, CHECK_BUSY_MS).close();
      return Promise.resolve();
    });
  },

  async write({ config, streams, input, output }) {
    const path = destinationPath(config);
    refuseSharedTables(streams);
    await explained(path, SYNC_BUSY_MS, async () => {
      const db = openDatabase(path, SYNC_BUSY_MS);
      try {
        await writeStreams(streams, (stream) => new StreamTable(db, stream), input, output);
      } finally {
        db.close();
      }
    });
  },
};

async function explained(path: string, busyMs: number, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw explainFileError(explainSqliteError(error, path, busyMs), path);
  }
}

/** Names that differ only in case are equal in SQLite. A namespace and a name can also combine to another stream's name. */
function refuseSharedTables(streams: readonly ConfiguredStream[]): void {
  const seen = new Set<string>();
  for (const stream of streams) {
    const { view } = namesOf(stream);
    if (seen.has(folded(view)))
      throw configError(
        `Two streams would both be written to the table of ${JSON.stringify(view)}. Leave one out, or set another prefix or namespace.`,
      );
    seen.add(folded(view));
  }
}
