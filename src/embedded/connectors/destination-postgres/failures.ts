import { ConnectorError } from '../../protocol/connector';
import { isObject, stringAt } from '../../platform/json';
import { messageOf } from '../../platform/system-error';

/** SQLSTATE classes and codes of failures that may be gone at the next attempt. */
const TRANSIENT = /^(08|40|53|57|58|55P03|55006|25P0[34])/;
/** Those that stay until the data, the tables, the rights or the settings change. */
const PERMANENT = /^(0A|0L|0P|21|22|23|25|26|27|28|2B|2F|38|39|3D|3F|42|44|54|55|P0)/;

const HINTS: readonly (readonly [code: RegExp, hint: string])[] = [
  [/^42501/, 'Grant the role the rights that are missing.'],
  [/^53100/, 'Free space on the disk of the server.'],
  [/^23502/, 'Give that column a default, or let it be null.'],
  [/^23/, 'Drop that constraint, or correct the rows at the source.'],
  [/^54/, 'The row, the key or the table is larger than Postgres takes; read fewer or shorter columns.'],
  [/^25006/, 'Connect to the primary server, not to a replica.'],
  [/^57014/, 'Raise the statement_timeout of the role if it is the cause.'],
];

/** A failure of the database with its SQLSTATE, or null for any other error. */
export function sqlStateOf(error: unknown): string | null {
  const code = isObject(error) ? stringAt(error, 'code') : undefined;
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code) ? code : null;
}

/**
 * An error of the database with the place where it happened, and whether another attempt can help. A broken
 * connection has no SQLSTATE. The detail of an error is left out where it may quote a row.
 */
export function databaseFailure(error: unknown, place: string): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const code = sqlStateOf(error);
  const hint = HINTS.find(([codes]) => code !== null && codes.test(code))?.[1];
  const message = `${place}: ${withoutValue(messageOf(error))}${mentioned(error)}.${hint === undefined ? '' : ` ${hint}`}`;
  if (code === null || TRANSIENT.test(code)) return new ConnectorError('transient_error', message);
  return new ConnectorError(PERMANENT.test(code) ? 'config_error' : 'system_error', message);
}

/** Objects that depend on the one that was to change are named in the detail only. */
function mentioned(error: unknown): string {
  const detail = isObject(error) ? stringAt(error, 'detail') : undefined;
  const code = sqlStateOf(error);
  return detail !== undefined && (code === '2BP01' || code === '0A000')
    ? ` (${detail.replace(/\.$/, '')})`
    : '';
}

/** Postgres quotes a wrong value at the end of its message, and a value may be a secret. */
function withoutValue(message: string): string {
  return message.replace(
    /^(invalid input syntax for [^:]+|date\/time field value out of range|.* is out of range for type [^:]+): ".*$/s,
    '$1',
  );
}
