import { ConnectorError } from '../../protocol/connector';
import { isObject, stringAt } from '../../platform/json';
import { messageOf } from '../../platform/system-error';

/** SQLSTATE classes and codes of failures that a retry may avoid. */
const TRANSIENT = /^(08|40|53|57|58|55P03|55006|25P0[34])/;
/** SQLSTATE classes of failures that remain until the data, tables, permissions or settings change. */
const PERMANENT = /^(0A|0L|0P|21|22|23|25|26|27|28|2B|2F|38|39|3D|3F|42|44|54|55|P0)/;

const HINTS: readonly (readonly [code: RegExp, hint: string])[] = [
  [/^42501/, 'Grant the missing permissions to the role.'],
  [/^53100/, 'Free space on the disk of the server.'],
  [/^23502/, 'Give that column a default, or allow null in it.'],
  [/^23/, 'Drop that constraint, or correct the rows at the source.'],
  [/^54/, 'The row, the key or the table exceeds a limit of Postgres. Read fewer or shorter columns.'],
  [/^25006/, 'Connect to the primary server, not to a replica.'],
  [/^57014/, 'Raise the statement_timeout of the role if it is the cause.'],
];

/** The SQLSTATE of a database error, or null for any other error. */
export function sqlStateOf(error: unknown): string | null {
  const code = isObject(error) ? stringAt(error, 'code') : undefined;
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code) ? code : null;
}

/**
 * Classifies a database error and adds the stream or record. A broken connection has no SQLSTATE. The error's detail is
 * omitted if it may contain a row.
 */
export function databaseFailure(error: unknown, place: string): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const code = sqlStateOf(error);
  const hint = HINTS.find(([codes]) => code !== null && codes.test(code))?.[1];
  const message = `${place}: ${maskValue(messageOf(error))}${dependentObjects(error)}.${hint === undefined ? '' : ` ${hint}`}`;
  if (code === null || TRANSIENT.test(code)) return new ConnectorError('transient_error', message);
  return new ConnectorError(PERMANENT.test(code) ? 'config_error' : 'system_error', message);
}

/** The dependent objects, which only the detail of the error names. */
function dependentObjects(error: unknown): string {
  const detail = isObject(error) ? stringAt(error, 'detail') : undefined;
  const code = sqlStateOf(error);
  return detail !== undefined && (code === '2BP01' || code === '0A000')
    ? ` (${detail.replace(/\.$/, '')})`
    : '';
}

/** Removes the invalid value, which may be a secret, from the end of a Postgres message. */
function maskValue(message: string): string {
  return message.replace(
    /^(invalid input syntax for [^:]+|date\/time field value out of range|.* is out of range for type [^:]+): ".*$/s,
    '$1',
  );
}
