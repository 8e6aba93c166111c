import { ConnectorError } from '../../protocol/connector';

/** When a row was read from its source, in every table of this connector. */
export const EXTRACTED_AT = '_airbyte_extracted_at';

const MAX_NAME_BYTES = 63;
/** Postgres counts the column of {@link EXTRACTED_AT} too. */
const MAX_COLUMNS = 1600 - 1;

/** Columns that every table has already. */
const SYSTEM_COLUMNS: readonly string[] = ['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid'];

/** @throws ConnectorError config_error when Postgres cannot have a schema of that name */
export function assertSchemaName(name: string): void {
  const fix = 'Choose another schema or namespace.';
  const problem = problemOf(name);
  if (problem !== null) throw refused(`The schema ${shown(name)} cannot be used: ${problem}. ${fix}`);
  if (name.startsWith('pg_') || name === 'information_schema')
    throw refused(`The schema ${shown(name)} cannot be used: it belongs to Postgres itself. ${fix}`);
}

/** @throws ConnectorError config_error when Postgres cannot have a table of that name */
export function assertTableName(name: string): void {
  const problem = problemOf(name);
  if (problem !== null)
    throw refused(
      `Stream ${shown(name)} cannot have a table of its name: ${problem}. Rename it at the source, or set another prefix.`,
    );
}

/** @throws ConnectorError config_error when Postgres cannot have a column of that name */
export function assertColumnName(stream: string, name: string): void {
  const problem = SYSTEM_COLUMNS.includes(name)
    ? 'every table in Postgres has a system column of that name'
    : name === EXTRACTED_AT
      ? 'it is a column of this connector'
      : problemOf(name);
  if (problem !== null)
    throw refused(
      `Stream ${stream}: the column ${shown(name)} cannot be written to Postgres: ${problem}. Rename the column at the source.`,
    );
}

/** @throws ConnectorError config_error when a table cannot have so many columns */
export function assertColumnCount(stream: string, count: number): void {
  if (count > MAX_COLUMNS)
    throw refused(
      `Stream ${stream} has ${count} columns, and a table in Postgres takes ${MAX_COLUMNS} beside ${EXTRACTED_AT}. Read fewer columns, for example from a view.`,
    );
}

/** Postgres cuts off what is too long, so that two names could become one. */
function problemOf(name: string): string | null {
  if (name === '') return 'the name is empty';
  if (name.includes('\0')) return 'the name contains a NUL character';
  if (/\p{Surrogate}/u.test(name))
    return 'the name contains half of a surrogate pair, which is not a character';
  const bytes = Buffer.byteLength(name);
  return bytes > MAX_NAME_BYTES
    ? `the name has ${bytes} bytes and is longer than Postgres takes (${MAX_NAME_BYTES})`
    : null;
}

function shown(name: string): string {
  return name === '' || /[\p{Control}\p{Surrogate}\s"]/u.test(name) ? JSON.stringify(name) : name;
}

function refused(message: string): ConnectorError {
  return new ConnectorError('config_error', message);
}
