import type { JsonObject } from '../../platform/json';
import { configError } from '../../protocol/connector';
import { DEFAULT_SCHEMA } from '../destination-names';
import { CONNECTION_PROPERTIES, parsePostgresConfig, type PostgresConfig } from '../postgres/config';

/** The configuration: the connection and the schemas to read. */
export interface SourceConfig {
  readonly postgres: PostgresConfig;
  readonly schemas: readonly string[];
}

/** @throws ConnectorError config_error with the name of the member */
export function parseSourceConfig(config: JsonObject): SourceConfig {
  return { postgres: parsePostgresConfig(config), schemas: schemasOf(config) };
}

function schemasOf(config: JsonObject): string[] {
  const value = config['schemas'];
  if (value === undefined || value === null) return [DEFAULT_SCHEMA];
  if (!Array.isArray(value)) throw configError('schemas must be a list of names, for example ["public"].');
  const schemas: string[] = [];
  for (const item of value as unknown[]) {
    if (typeof item !== 'string' || item === '' || item.includes('\0'))
      throw configError('schemas must contain only names of schemas, each a text.');
    if (!schemas.includes(item)) schemas.push(item);
  }
  return schemas.length === 0 ? [DEFAULT_SCHEMA] : schemas;
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
      default: [DEFAULT_SCHEMA],
      description: 'The schemas to read. Names are case-sensitive.',
    },
    // Airbyte's generated clients always send this member.
    entra_service_principal_auth: { type: 'boolean', enum: [false], default: false },
    replication_method: {
      type: 'object',
      description: 'Only Standard is supported. Logical replication and xmin need a real Airbyte.',
      required: ['method'],
      additionalProperties: false,
      properties: { method: { type: 'string', enum: ['Standard'] } },
    },
  },
};
