import type { JsonObject } from '../../platform/json';
import { ConnectorError } from '../../protocol/connector';
import { CONNECTION_PROPERTIES, parsePostgresConfig, type PostgresConfig } from '../postgres/config';

/** A source's configuration: the connection, and the schemas that are read. */
export interface SourceConfig {
  readonly postgres: PostgresConfig;
  readonly schemas: readonly string[];
}

/** @throws ConnectorError config_error that names the member */
export function parseSourceConfig(config: JsonObject): SourceConfig {
  return { postgres: parsePostgresConfig(config), schemas: schemasOf(config) };
}

function schemasOf(config: JsonObject): string[] {
  const value = config['schemas'];
  if (value === undefined || value === null) return ['public'];
  if (!Array.isArray(value))
    throw new ConnectorError('config_error', 'schemas must be a list of names, for example ["public"].');
  const schemas: string[] = [];
  for (const item of value as unknown[]) {
    if (typeof item !== 'string' || item === '' || item.includes('\0'))
      throw new ConnectorError('config_error', 'schemas must hold names of schemas only, each a text.');
    if (!schemas.includes(item)) schemas.push(item);
  }
  return schemas.length === 0 ? ['public'] : schemas;
}

export const SOURCE_SPECIFICATION: JsonObject = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Postgres source',
  type: 'object',
  required: ['host', 'database', 'username'],
  additionalProperties: false,
  properties: {
    ...CONNECTION_PROPERTIES,
    schemas: {
      type: 'array',
      items: { type: 'string', minLength: 1 },
      default: ['public'],
      description: 'The schemas to read, spelled as in the database, capitals included.',
    },
    // Airbyte's generated clients always send it.
    entra_service_principal_auth: { type: 'boolean', enum: [false], default: false },
    replication_method: {
      type: 'object',
      description: 'Logical replication and xmin need a real Airbyte.',
      required: ['method'],
      additionalProperties: false,
      properties: { method: { type: 'string', enum: ['Standard'] } },
    },
  },
};
