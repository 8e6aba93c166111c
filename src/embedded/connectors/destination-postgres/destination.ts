import type { DestinationConnector } from '../../protocol/connector';
import { writeStreams } from '../../protocol/write-streams';
import { withClient } from '../postgres/client';
import { CONNECTION_PROPERTIES, parsePostgresConfig, textAt } from '../postgres/config';
import { quoted } from '../postgres/identifiers';
import { StreamTable } from './stream-table';

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
      properties: { ...CONNECTION_PROPERTIES, schema: { type: 'string', minLength: 1, default: 'public' } },
    },
  },

  async check(config) {
    const postgres = parsePostgresConfig(config);
    const schema = textAt(config, 'schema') ?? 'public';
    await withClient(postgres, async (client) => {
      await client.query('BEGIN');
      await client.query(`CREATE SCHEMA IF NOT EXISTS ${quoted(schema)}`);
      await client.query(`CREATE TABLE ${quoted(schema)}."_airbyte_check" ("a" integer)`);
      await client.query('ROLLBACK');
    });
  },

  async write({ config, streams, input, output }) {
    const postgres = parsePostgresConfig(config);
    const schema = textAt(config, 'schema') ?? 'public';
    await withClient(postgres, async (client) => {
      await writeStreams(
        streams,
        (stream) => StreamTable.open(client, stream.namespace ?? schema, stream),
        input,
        output,
      );
    });
  },
};
