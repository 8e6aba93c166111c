import { configError, ConnectorError } from '../../protocol/connector';
import { codeOf, messageOf } from '../../platform/system-error';
import type { PostgresConfig } from './config';

/** Converts a connection error to a failure with the member of the configuration to change. */
export function connectionFailure(error: unknown, config: PostgresConfig): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const { host, port, database, username, ssl } = config;
  const place = `${host}, port ${port}`;
  const message = messageOf(error);
  const code = codeOf(error) ?? '';
  if (code === 'ENOTFOUND' || code === 'EAI_NONAME')
    return configError(`host: the name ${host} is unknown. Check its spelling.`);
  if (code === 'EAI_AGAIN')
    return temporary(`host: the name ${host} could not be resolved. Check the name and the DNS server.`);
  if (code === 'ECONNREFUSED')
    return temporary(`${place} refused the connection. Check host and port, and that the database runs.`);
  if (/timeout|ETIMEDOUT/i.test(`${code} ${message}`))
    return temporary(`${place} did not answer in time. Check host, port and any firewall.`);
  if (/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|EINVAL|EACCES)$/.test(code))
    return temporary(`${place} cannot be reached (${code}). Check host and port.`);
  if (code === '28P01') return configError(`username or password: the server refused them for ${username}.`);
  if (code === '28000')
    return configError(
      `The server refused ${username} (${message}). Check username, ssl_mode and the server's pg_hba.conf.`,
    );
  if (code === '3D000')
    return configError(`database: ${message}. Check its spelling; names are case-sensitive.`);
  if (code === '42501')
    return configError(`database: ${message}. Grant CONNECT on ${database} to ${username}.`);
  const alert = /\b(alert [a-z ]+?)(:|$)/i.exec(message)?.[1];
  if (alert !== undefined)
    return configError(
      `ssl_mode ${ssl.mode}: the server rejected the TLS handshake (${alert}). Check ssl_mode.client_certificate and ssl_mode.client_key.`,
    );
  if (/does not support SSL/i.test(message))
    return configError(
      `ssl_mode ${ssl.mode}: the server at ${place} does not support TLS. Use disable or prefer.`,
    );
  if (
    /certificate|SELF_SIGNED|ALTNAME|UNABLE_TO_|PEM|ERR_OSSL|bad decrypt|key values mismatch/i.test(
      `${code} ${message}`,
    )
  )
    return configError(
      `ssl_mode ${ssl.mode}: ${message}. Check the certificates in ssl_mode and the name of the host.`,
    );
  if (/terminated unexpectedly|ECONNRESET|EPIPE/i.test(`${code} ${message}`))
    return temporary(`${place} closed the connection. Check that a Postgres server listens there.`);
  return /^(08|53|57|58)/.test(code) || code === ''
    ? temporary(`Cannot connect to ${place}: ${message}.`)
    : configError(`Cannot connect to ${place}: ${message}.`);
}

/** The server requires a password that the configuration does not have. */
export function passwordMissing(username: string): ConnectorError {
  return configError(`password: the server requires one. Set the password of ${username}.`);
}

function temporary(message: string): ConnectorError {
  return new ConnectorError('transient_error', message);
}
