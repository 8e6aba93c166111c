import { randomBytes } from 'node:crypto';
import { type Client, escapeIdentifier } from 'pg';
import { configError, type DestinationConnector } from '../../protocol/connector';
import type { ConfiguredStream } from '../../protocol/messages';
import { qualified } from '../postgres/identifiers';
import { writeStreams } from '../../protocol/write-streams';
import { withClient } from '../postgres/client';
import { CONNECTION_PROPERTIES, parsePostgresConfig, textAt } from '../postgres/config';
import { columnsOf } from './columns';
import { databaseFailure, sqlStateOf } from './failures';
import { assertColumnCount, assertColumnName, assertSchemaName, assertTableName } from './names';
import { Session } from './session';
import { StreamTable } from './stream-table';
import { DEFAULT_SCHEMA } from '../destination-names';

/** Writes every stream to a table with typed columns. */
export const postgresDestination: DestinationConnector = {
  spec: {
    documentationUrl: 'https://docs.airbyte.com/integrations/destinations/postgres',
    supportsIncremental: true,
    supported_destination_sync_modes: ['overwrite', 'append', 'append_dedup'],
    connectionSpecification: {
      $schema: 'http://json-schema.org/draft-07/schema#',
      title: 'Postgres destination',
      type: 'object',
      required: ['host', 'database', 'username'],
      additionalProperties: false,
      properties: {
        ...CONNECTION_PROPERTIES,
        schema: { type: 'string', minLength: 1, default: DEFAULT_SCHEMA },
        // Airbyte's generated clients always send these members. Only values that match the behaviour are accepted.
        drop_cascade: { type: 'boolean', enum: [false], default: false },
        disable_type_dedupe: { type: 'boolean', enum: [false], default: false },
        ssl: {
          type: 'boolean',
          enum: [false],
          default: false,
          description: 'Not supported. Use ssl_mode instead.',
        },
        unconstrained_number: {
          type: 'boolean',
          default: true,
          description: 'Has no effect: numbers always keep every digit.',
        },
      },
    },
  },

  async check(config) {
    const postgres = parsePostgresConfig(config);
    const schema = textAt(config, 'schema') ?? DEFAULT_SCHEMA;
    assertSchemaName(schema);
    await withClient(postgres, (client) => checkRights(client, schema, postgres.username));
  },

  async write({ config, streams, input, output }) {
    const postgres = parsePostgresConfig(config);
    const schema = textAt(config, 'schema') ?? DEFAULT_SCHEMA;
    const schemaOf = ({ namespace }: ConfiguredStream): string => namespace ?? schema;
    assertNames(streams, schemaOf);
    await withClient(postgres, async (client) => {
      const session = await Session.open(client);
      await writeStreams(
        streams,
        (stream) => StreamTable.open(session, schemaOf(stream), stream),
        input,
        output,
      );
    });
  },
};

/** Checks every name before the first change, so a sync that cannot succeed changes nothing. */
function assertNames(
  streams: readonly ConfiguredStream[],
  schemaOf: (stream: ConfiguredStream) => string,
): void {
  const tables = new Set<string>();
  for (const stream of streams) {
    const schema = schemaOf(stream);
    assertSchemaName(schema);
    assertTableName(stream.name);
    const columns = columnsOf(stream.jsonSchema);
    for (const { name } of columns) assertColumnName(stream.name, name);
    assertColumnCount(stream.name, columns.length);
    const table = JSON.stringify([schema, stream.name]);
    if (tables.has(table))
      throw configError(
        `Two streams would both be written to the table ${qualified(schema, stream.name)}. Set a namespace for them, or leave one out.`,
      );
    tables.add(table);
  }
}

/** Creates a table, and the schema if it is missing, in a transaction that is rolled back. */
async function checkRights(client: Client, schema: string, role: string): Promise<void> {
  const table = qualified(schema, `_airbyte_check_${randomBytes(8).toString('hex')}`);
  await client.query('BEGIN');
  const { rowCount } = await client.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema]);
  if (rowCount === 0)
    await runOrExplain(
      client,
      `CREATE SCHEMA ${escapeIdentifier(schema)}`,
      `The schema ${escapeIdentifier(schema)} does not exist and cannot be created`,
      `Run: CREATE SCHEMA ${escapeIdentifier(schema)}; GRANT USAGE, CREATE ON SCHEMA ${escapeIdentifier(schema)} TO ${escapeIdentifier(role)}`,
    );
  await runOrExplain(
    client,
    `CREATE TABLE ${table} (a integer)`,
    `A table cannot be created in the schema ${escapeIdentifier(schema)}`,
    `Run: GRANT USAGE, CREATE ON SCHEMA ${escapeIdentifier(schema)} TO ${escapeIdentifier(role)}`,
  );
  await client.query('ROLLBACK');
}

async function runOrExplain(client: Client, statement: string, problem: string, fix: string): Promise<void> {
  try {
    await client.query(statement);
  } catch (error) {
    if (sqlStateOf(error) !== '42501') throw databaseFailure(error, problem);
    throw configError(`${problem}: the role lacks the right. ${fix}.`);
  }
}
