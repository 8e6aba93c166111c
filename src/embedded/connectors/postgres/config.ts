import { Client } from 'pg';
import { numberAt, objectAt, stringAt, stringsOf, type JsonObject } from '../../json';
import { ConnectorError } from '../../protocol/connector';
import { messageOf } from '../../system-error';

/** How to reach a database; members are named as in Airbyte's own Postgres connectors. */
export interface PostgresConfig {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly username: string;
  readonly password: string | undefined;
  /** The schemas that a source reads. */
  readonly schemas: readonly string[];
  /** The schema that a destination writes to. */
  readonly schema: string;
  readonly ssl: boolean;
}

/** @throws ConnectorError config_error that names the member */
export function parsePostgresConfig(config: JsonObject): PostgresConfig {
  const sslMode = stringAt(objectAt(config, 'ssl_mode') ?? {}, 'mode') ?? 'disable';
  if (!['disable', 'allow', 'prefer', 'require'].includes(sslMode))
    throw wrong(`ssl_mode ${sslMode} needs a real Airbyte`);
  const tunnel = stringAt(objectAt(config, 'tunnel_method') ?? {}, 'tunnel_method') ?? 'NO_TUNNEL';
  if (tunnel !== 'NO_TUNNEL') throw wrong(`tunnel_method ${tunnel} needs a real Airbyte`);
  const replication = stringAt(objectAt(config, 'replication_method') ?? {}, 'method') ?? 'Standard';
  if (replication !== 'Standard') throw wrong(`replication_method ${replication} needs a real Airbyte`);
  const schemas = stringsOf(config['schemas']);
  return {
    host: required(config, 'host'),
    port: numberAt(config, 'port') ?? 5432,
    database: required(config, 'database'),
    username: required(config, 'username'),
    password: stringAt(config, 'password'),
    schemas: schemas.length === 0 ? ['public'] : schemas,
    schema: stringAt(config, 'schema') ?? 'public',
    ssl: sslMode === 'require',
  };
}

function required(config: JsonObject, name: string): string {
  const value = stringAt(config, name);
  if (value === undefined || value === '') throw wrong(`${name} is required`);
  return value;
}

function wrong(message: string): ConnectorError {
  return new ConnectorError('config_error', message);
}

/** Runs work over a connection whose texts of times, numbers and intervals are exact and the same everywhere. */
export async function withClient<T>(
  config: PostgresConfig,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const { host, port, database, username, password, ssl } = config;
  const client = new Client({
    host,
    port,
    database,
    user: username,
    ...(password === undefined ? {} : { password }),
    ...(ssl ? { ssl: { rejectUnauthorized: false } } : {}),
    connectionTimeoutMillis: 10_000,
    application_name: 'embedded-airbyte',
  });
  // A connection that breaks while idle is found by the next query.
  client.on('error', () => undefined);
  try {
    await connect(client);
    await client.query(
      `SET TIME ZONE 'UTC'; SET datestyle = 'ISO, MDY'; SET intervalstyle = 'iso_8601'; SET extra_float_digits = 3`,
    );
    return await work(client);
  } finally {
    await client.end();
  }
}

async function connect(client: Client): Promise<void> {
  try {
    await client.connect();
  } catch (error) {
    // 28: authorization, 3D: no such database. A server that cannot be reached may come back.
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new ConnectorError(
      /^(28|3D)/.test(code) ? 'config_error' : 'transient_error',
      `Cannot connect: ${messageOf(error)}`,
    );
  }
}

/** An identifier as SQL has it: names are often the words of SQL. */
export function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

/** The members of the specification that source and destination share. */
export const CONNECTION_PROPERTIES: JsonObject = {
  host: { type: 'string' },
  port: { type: 'integer', default: 5432 },
  database: { type: 'string' },
  username: { type: 'string' },
  password: { type: 'string', airbyte_secret: true },
  ssl_mode: {
    type: 'object',
    properties: { mode: { type: 'string', enum: ['disable', 'allow', 'prefer', 'require'] } },
  },
};
