import { ConnectorError } from '../../protocol/connector';
import { codeOf, messageOf } from '../../platform/system-error';

/** Converts an error to a failure with the name of the table, the reason and the fix. */
export function readFailure(error: unknown, table: string, username: string): unknown {
  if (error instanceof ConnectorError) return error;
  const code = codeOf(error);
  const message = messageOf(error);
  // Errors without a SQLSTATE come from the connection.
  if (code === undefined || !/^[0-9A-Z]{5}$/.test(code))
    return new ConnectorError(
      'transient_error',
      `The connection was lost while ${table} was read: ${message}.`,
    );
  const fix = fixOf(code, message, table, username);
  const type = fix === null ? kindOf(code) : 'config_error';
  return new ConnectorError(type, `Cannot read ${table}: ${message}.${fix === null ? '' : ` ${fix}`}`);
}

function fixOf(code: string, message: string, table: string, username: string): string | null {
  if (/row-level security/.test(message) || /row security/.test(message))
    return `A policy limits what ${username} sees, so the data would be incomplete: grant BYPASSRLS to ${username}, or read as the owner.`;
  if (code === '42501')
    return `Grant SELECT to ${username} on all its columns, and on the tables that a view reads.`;
  if (code === '42P01' || code === '3F000') return `Discover the schema again, or remove the stream.`;
  if (code === '55000' && /populated/.test(message)) return `Run REFRESH MATERIALIZED VIEW ${table}.`;
  if (code === '53200' && /max_locks_per_transaction/.test(message))
    return `Raise max_locks_per_transaction, or sync fewer tables.`;
  if (code === '54000') return 'A row is larger than Postgres can write as JSON (1 GB).';
  if (/^(22021|22P05)$/.test(code)) return 'Correct the text, or read a view that omits it.';
  if (/^(22|42|0A|54|2201|22P)/.test(code))
    return 'Correct the data or the definition, or remove the stream.';
  return null;
}

/** Transient SQLSTATE classes: connection, transaction rollback, resources, operator intervention, system. */
function kindOf(code: string): 'transient_error' | 'system_error' {
  return /^(08|40|53|55P|57|58)/.test(code) ? 'transient_error' : 'system_error';
}
