import { objectAt, stringAt, type JsonObject } from '../../platform/json';
import { configError } from '../../protocol/connector';
import { DEFAULT_PORT } from '../destination-names';

const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof SSL_MODES)[number];

/** The encryption of a connection. */
export interface SslConfig {
  readonly mode: SslMode;
  readonly caCertificate: string | undefined;
  readonly clientCertificate: string | undefined;
  readonly clientKey: string | undefined;
  readonly clientKeyPassword: string | undefined;
}

/** The connection settings. Member names match Airbyte's own Postgres connectors. */
export interface PostgresConfig {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly username: string;
  readonly password: string | undefined;
  readonly ssl: SslConfig;
}

/** @throws ConnectorError config_error with the name of the member */
export function parsePostgresConfig(config: JsonObject): PostgresConfig {
  refuseOther(config, 'tunnel_method', 'tunnel_method', 'NO_TUNNEL');
  refuseOther(config, 'replication_method', 'method', 'Standard');
  const host = required(config, 'host');
  // pg treats a path as a Unix socket, over which the server may trust the gateway's user without a password.
  if (/[/\s]/.test(host))
    throw configError('host must be a host name or an address, without a path or a port.');
  return {
    host,
    port: portOf(config),
    database: required(config, 'database'),
    username: required(config, 'username'),
    password: textAt(config, 'password'),
    ssl: sslOf(config),
  };
}

function portOf(config: JsonObject): number {
  const port = config['port'] ?? DEFAULT_PORT;
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 1 || port > 65_535)
    throw configError('port must be a whole number from 1 to 65535, for example 5432 (without quotes).');
  return port;
}

function sslOf(config: JsonObject): SslConfig {
  const value = config['ssl_mode'];
  const ssl = objectAt(config, 'ssl_mode');
  if (value !== undefined && ssl === undefined)
    throw configError('ssl_mode must be an object, for example {"mode": "require"}.');
  // Like Airbyte and libpq: encrypted if the server supports it.
  const mode = SSL_MODES.find((known) => known === (ssl?.['mode'] ?? 'prefer'));
  if (mode === undefined) throw configError(`ssl_mode.mode must be one of ${SSL_MODES.join(', ')}.`);
  const texts = {
    caCertificate: textAt(ssl ?? {}, 'ca_certificate', 'ssl_mode.'),
    clientCertificate: textAt(ssl ?? {}, 'client_certificate', 'ssl_mode.'),
    clientKey: textAt(ssl ?? {}, 'client_key', 'ssl_mode.'),
    clientKeyPassword: textAt(ssl ?? {}, 'client_key_password', 'ssl_mode.'),
  };
  const verifies = mode === 'verify-ca' || mode === 'verify-full';
  if (verifies && texts.caCertificate === undefined)
    throw configError(`ssl_mode.ca_certificate is required when ssl_mode.mode is ${mode}.`);
  if (!verifies && Object.values(texts).some((text) => text !== undefined))
    throw configError(
      `ssl_mode ${mode} takes no certificates or keys: choose verify-ca or verify-full, or remove them.`,
    );
  if ((texts.clientCertificate === undefined) !== (texts.clientKey === undefined))
    throw configError('ssl_mode.client_certificate and ssl_mode.client_key must be given together.');
  return { mode, ...texts };
}

/** Refuses methods that only a real Airbyte supports. */
function refuseOther(config: JsonObject, member: string, inner: string, supported: string): void {
  const value = config[member];
  if (value === undefined) return;
  const chosen = stringAt(objectAt(config, member) ?? {}, inner);
  if (chosen !== supported)
    throw configError(
      `${member} must be {"${inner}": "${supported}"} or left out: other methods need a real Airbyte.`,
    );
}

function required(config: JsonObject, name: string): string {
  const value = textAt(config, name);
  if (value === undefined) throw configError(`${name} is required.`);
  return value;
}

/**
 * A text member, or undefined if it is missing or empty.
 * @throws ConnectorError config_error for another type
 */
export function textAt(config: JsonObject, name: string, parent = ''): string | undefined {
  const value = config[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw configError(`${parent}${name} must be a text.`);
  if (value.includes('\0')) throw configError(`${parent}${name} must not contain a NUL character.`);
  return value === '' ? undefined : value;
}

/** The specification of the members that source and destination share. */
export const CONNECTION_PROPERTIES: JsonObject = {
  host: { type: 'string', minLength: 1, description: 'Host name or address of the database.' },
  port: { type: 'integer', minimum: 1, maximum: 65_535, default: DEFAULT_PORT },
  database: { type: 'string', minLength: 1 },
  username: { type: 'string', minLength: 1 },
  password: { type: 'string', airbyte_secret: true },
  ssl_mode: {
    type: 'object',
    description:
      'prefer, the default, encrypts if the server supports it. require always encrypts. verify-ca and verify-full also check the certificate.',
    required: ['mode'],
    additionalProperties: false,
    properties: {
      mode: { type: 'string', enum: [...SSL_MODES] },
      ca_certificate: { type: 'string', airbyte_secret: true, multiline: true },
      client_certificate: { type: 'string', airbyte_secret: true, multiline: true },
      client_key: { type: 'string', airbyte_secret: true, multiline: true },
      client_key_password: { type: 'string', airbyte_secret: true },
    },
  },
  tunnel_method: {
    type: 'object',
    description: 'Not supported. Tunnels need a real Airbyte.',
    required: ['tunnel_method'],
    additionalProperties: false,
    properties: { tunnel_method: { type: 'string', enum: ['NO_TUNNEL'] } },
  },
};
