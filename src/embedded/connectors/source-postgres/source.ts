import type { Client } from 'pg';
import { nearestName } from '../../configuration/nearest-name';
import type { JsonObject } from '../../platform/json';
import { configError, ConnectorError, type SourceConnector } from '../../protocol/connector';
import type { MessageWriter } from '../../protocol/message-writer';
import { logMessage, streamStatus, type ConfiguredStream } from '../../protocol/messages';
import { hasCode } from '../../platform/system-error';
import { withClient } from '../postgres/client';
import { qualified } from '../postgres/identifiers';
import { parseSourceConfig, SOURCE_SPECIFICATION } from './config';
import { readFailure } from './failures';
import { DEFAULT_SCHEMA } from '../destination-names';
import { readOffer } from './schemas';
import { TableReader } from './table-reader';
import { readRelations, shownName, toStream, withColumns, type Relation } from './tables';

const INSUFFICIENT_PRIVILEGE = '42501';

/** Reads tables of a Postgres database: all rows, or the rows with a greater cursor value than in the last sync. */
export const postgresSource: SourceConnector = {
  spec: {
    documentationUrl: 'https://docs.airbyte.com/integrations/sources/postgres',
    connectionSpecification: SOURCE_SPECIFICATION,
  },

  async check(config, output) {
    const { postgres, schemas } = parseSourceConfig(config);
    await withClient(postgres, async (client) => {
      const { warnings } = await readOffer(client, schemas, postgres.username);
      await warn(output, warnings);
    });
  },

  async discover(config, output) {
    const { postgres, schemas } = parseSourceConfig(config);
    return withClient(postgres, async (client) => {
      const { relations, warnings } = await readOffer(client, schemas, postgres.username);
      await warn(output, warnings);
      const tables = await withColumns(client, relations);
      const empty = tables.filter(({ columns }) => columns.length === 0);
      await warn(
        output,
        empty.map((table) => `The table ${shownName(table)} has no columns and is omitted.`),
      );
      return { streams: tables.filter(({ columns }) => columns.length > 0).map(toStream) };
    });
  },

  async read({ config, streams, states, output }) {
    const { postgres } = parseSourceConfig(config);
    await withClient(postgres, (client) => readStreams(client, postgres.username, streams, states, output));
  },
};

async function readStreams(
  client: Client,
  username: string,
  streams: readonly ConfiguredStream[],
  states: readonly JsonObject[],
  output: MessageWriter,
): Promise<void> {
  const namespaces = [...new Set(streams.map(namespaceOf))];
  const known = await readRelations(client, namespaces);
  const relations = streams.map((stream) => relationOf(stream, known));
  // All streams read one snapshot, so their rows are consistent.
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  await lock(client, relations, username);
  const { rows } = await client.query<{ encoding: string }>(
    `SELECT current_setting('server_encoding') AS encoding`,
  );
  const tables = await withColumns(client, relations);
  for (const [index, stream] of streams.entries()) {
    const table = tables[index];
    if (table === undefined) throw new ConnectorError('system_error', `Stream ${stream.name} has no table.`);
    const { name, namespace } = stream;
    await output.message(streamStatus(name, namespace, 'STARTED', new Date()));
    try {
      await new TableReader(client, output, stream, table, rows[0]?.encoding === 'SQL_ASCII').read(states);
    } catch (error) {
      throw readFailure(error, shownName(table), username);
    }
    await output.message(streamStatus(name, namespace, 'COMPLETE', new Date()));
  }
  await client.query('COMMIT');
}

/**
 * Locks tables against TRUNCATE, ALTER and DROP before the snapshot is taken. A table that is truncated after the
 * snapshot would look empty. Materialized views and foreign tables cannot be locked.
 */
async function lock(client: Client, relations: readonly Relation[], username: string): Promise<void> {
  for (const relation of relations) {
    const statement = `LOCK TABLE ${qualified(relation.schema, relation.name)} IN ACCESS SHARE MODE`;
    try {
      if (relation.kind === 'r' || relation.kind === 'p') await client.query(statement);
      if (relation.kind === 'v') await lockView(client, statement);
    } catch (error) {
      throw readFailure(error, shownName(relation), username);
    }
  }
}

/** Locks a view and its tables. The lock fails if the owner of the view has permissions on some columns only. */
async function lockView(client: Client, statement: string): Promise<void> {
  await client.query('SAVEPOINT before_lock');
  try {
    await client.query(statement);
  } catch (error) {
    if (!hasCode(error, INSUFFICIENT_PRIVILEGE)) throw error;
    await client.query('ROLLBACK TO SAVEPOINT before_lock');
  }
}

function namespaceOf({ namespace }: ConfiguredStream): string {
  return namespace ?? DEFAULT_SCHEMA;
}

function relationOf(stream: ConfiguredStream, known: readonly Relation[]): Relation {
  const schema = namespaceOf(stream);
  const inSchema = known.filter((relation) => relation.schema === schema);
  const relation = inSchema.find(({ name }) => name === stream.name);
  if (relation !== undefined) return relation;
  const near = nearestName(
    stream.name,
    inSchema.map(({ name }) => name),
  );
  throw configError(
    `Stream ${schema}.${stream.name}: the database has no such table or view.${near === null ? ' Remove the stream, or create the table.' : ` Was it renamed to ${near}?`}`,
  );
}

async function warn(output: MessageWriter, warnings: readonly string[]): Promise<void> {
  for (const warning of warnings) await output.message(logMessage('WARN', warning));
}
