import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { stringAt, type JsonObject } from '../../json';
import { ConnectorError, type DestinationConnector } from '../../protocol/connector';
import type { ConfiguredStream } from '../../protocol/messages';
import { writeStreams } from '../../protocol/write-streams';
import { messageOf } from '../../system-error';
import { localPathOf } from '../local-root';
import { namesOf } from './sql';
import { StreamTable } from './stream-table';

/** How long another writer of the same file is waited for. */
const BUSY_TIMEOUT_MS = 60_000;

/** Writes every stream to a raw table of a SQLite file, laid out as Airbyte's own, with a view of its columns. */
export const sqliteDestination: DestinationConnector = {
  spec: {
    documentationUrl: 'https://docs.airbyte.com/integrations/destinations/sqlite',
    supportsIncremental: true,
    supported_destination_sync_modes: ['overwrite', 'append', 'append_dedup'],
    connectionSpecification: {
      $schema: 'http://json-schema.org/draft-07/schema#',
      title: 'SQLite destination',
      type: 'object',
      required: ['destination_path'],
      properties: {
        destination_path: { type: 'string', minLength: 1, description: 'A file below /local/.' },
      },
    },
  },

  check(config) {
    const db = open(config);
    db.exec('BEGIN IMMEDIATE; ROLLBACK');
    db.close();
    return Promise.resolve();
  },

  async write({ config, streams, input, output }) {
    refuseSharedTables(streams);
    const db = open(config);
    try {
      await writeStreams(streams, (stream) => new StreamTable(db, stream), input, output);
    } finally {
      db.close();
    }
  },
};

/** SQLite takes names that differ in case for one, and a namespace and a name may join to what another name is. */
function refuseSharedTables(streams: readonly ConfiguredStream[]): void {
  const seen = new Set<string>();
  for (const stream of streams) {
    const { view } = namesOf(stream);
    if (seen.has(view.toLowerCase()))
      throw new ConnectorError('config_error', `Two streams would both be written to the table of ${view}.`);
    seen.add(view.toLowerCase());
  }
}

function open(config: JsonObject): InstanceType<typeof DatabaseSync> {
  const path = localPathOf(stringAt(config, 'destination_path') ?? '');
  mkdirSync(dirname(path), { recursive: true });
  try {
    const db = new DatabaseSync(path);
    db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL`);
    // Without it no table takes the place of one on which somebody has a view.
    db.exec('PRAGMA legacy_alter_table = ON');
    return db;
  } catch (error) {
    throw new ConnectorError('config_error', `Cannot open ${path}: ${messageOf(error)}`);
  }
}
