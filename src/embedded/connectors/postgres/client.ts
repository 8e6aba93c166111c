import { checkServerIdentity, type ConnectionOptions } from 'node:tls';
import { Client } from 'pg';
import { ConnectorError } from '../../protocol/connector';
import { hasCode, messageOf } from '../../platform/system-error';
import type { PostgresConfig, SslMode } from './config';
import { connectionFailure, passwordMissing } from './connection-failure';
import { pinSettings } from './session-settings';

const CONNECT_TIMEOUT_MS = 10_000;
const INVALID_AUTHORIZATION = '28000';

/** The connections that each mode tries in this order, like libpq. */
const TRIES: Readonly<Record<SslMode, readonly ('plain' | 'encrypted')[]>> = {
  disable: ['plain'],
  allow: ['plain', 'encrypted'],
  prefer: ['encrypted', 'plain'],
  require: ['encrypted'],
  'verify-ca': ['encrypted'],
  'verify-full': ['encrypted'],
};

/** Runs work over a connection with fixed settings. Defaults of the role and the database do not apply. */
export async function withClient<T>(
  config: PostgresConfig,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = await connect(config);
  let result: T;
  try {
    await pinSettings(client);
    result = await work(client);
  } catch (error) {
    drop(client);
    throw error;
  }
  await client.end();
  return result;
}

/** Closes a connection after a failure. `Client.end` never resolves after the server has rejected a certificate. */
function drop(client: Client): void {
  client.connection.stream.destroy();
}

async function connect(config: PostgresConfig): Promise<Client> {
  const tries = TRIES[config.ssl.mode];
  for (const [index, kind] of tries.entries()) {
    const client = newClient(config, kind === 'encrypted');
    try {
      await client.connect();
      return client;
    } catch (error) {
      drop(client);
      if (index === tries.length - 1 || !mayWorkOtherwise(error, kind))
        throw connectionFailure(error, config);
    }
  }
  throw new ConnectorError('system_error', `ssl_mode ${config.ssl.mode} tries no connection.`);
}

/** Whether the server may accept the other kind of connection. It may lack TLS, or have no pg_hba rule for this kind. */
function mayWorkOtherwise(error: unknown, kind: 'plain' | 'encrypted'): boolean {
  if (hasCode(error, INVALID_AUTHORIZATION)) return true;
  return kind === 'encrypted' && /SSL|TLS|EPROTO/i.test(messageOf(error));
}

function newClient(config: PostgresConfig, encrypted: boolean): Client {
  const { host, port, database, username, password } = config;
  const client = new Client({
    host,
    port,
    database,
    user: username,
    // Without this function, pg would read the password file (.pgpass) of the gateway's user.
    password: () => {
      if (password === undefined) throw passwordMissing(username);
      return password;
    },
    ssl: encrypted ? tlsOptions(config) : false,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    application_name: 'embedded-airbyte',
  });
  // The next query reports a connection that broke while idle.
  client.on('error', () => undefined);
  return client;
}

function tlsOptions({ host, ssl }: PostgresConfig): ConnectionOptions {
  const { mode, caCertificate, clientCertificate, clientKey, clientKeyPassword } = ssl;
  if (mode !== 'verify-ca' && mode !== 'verify-full') return { rejectUnauthorized: false };
  return {
    rejectUnauthorized: true,
    ...(caCertificate === undefined ? {} : { ca: caCertificate }),
    ...(clientCertificate === undefined ? {} : { cert: clientCertificate }),
    ...(clientKey === undefined ? {} : { key: clientKey }),
    ...(clientKeyPassword === undefined ? {} : { passphrase: clientKeyPassword }),
    // pg does not pass the host on if it is an IP address. The default would then check against `localhost`.
    checkServerIdentity: (_name, certificate) =>
      mode === 'verify-full' ? checkServerIdentity(host, certificate) : undefined,
  };
}
