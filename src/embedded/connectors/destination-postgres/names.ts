import { configError } from '../../protocol/connector';

/** The column, in every table of this connector, with the time at which the source read the row. */
export const EXTRACTED_AT = '_airbyte_extracted_at';

const MAX_NAME_BYTES = 63;
/** The limit of Postgres without the column {@link EXTRACTED_AT}. */
const MAX_COLUMNS = 1600 - 1;

/** System columns that every table has. */
const SYSTEM_COLUMNS: readonly string[] = ['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid'];

/** @throws ConnectorError config_error if Postgres does not allow a schema of that name */
export function assertSchemaName(name: string): void {
  const fix = 'Choose another schema or namespace.';
  const problem = problemOf(name);
  if (problem !== null) throw configError(`The schema ${shown(name)} cannot be used: ${problem}. ${fix}`);
  if (name.startsWith('pg_') || name === 'information_schema')
    throw configError(`The schema ${shown(name)} cannot be used: Postgres reserves it. ${fix}`);
}

/** @throws ConnectorError config_error if Postgres does not allow a table of that name */
export function assertTableName(name: string): void {
  const problem = problemOf(name);
  if (problem !== null)
    throw configError(
      `Stream ${shown(name)} cannot be a table in Postgres: ${problem}. Rename it at the source, or set another prefix.`,
    );
}

/** @throws ConnectorError config_error if Postgres does not allow a column of that name */
export function assertColumnName(stream: string, name: string): void {
  const problem = SYSTEM_COLUMNS.includes(name)
    ? 'every table in Postgres has a system column of that name'
    : name === EXTRACTED_AT
      ? 'this connector uses that name for its own column'
      : problemOf(name);
  if (problem !== null)
    throw configError(
      `Stream ${stream}: the column ${shown(name)} cannot be written to Postgres: ${problem}. Rename the column at the source.`,
    );
}

/** @throws ConnectorError config_error if a table cannot have that many columns */
export function assertColumnCount(stream: string, count: number): void {
  if (count > MAX_COLUMNS)
    throw configError(
      `Stream ${stream} has ${count} columns, but a table in Postgres can have ${MAX_COLUMNS} besides ${EXTRACTED_AT}. Read fewer columns, for example from a view.`,
    );
}

/** Postgres truncates long names, so two names could become equal. */
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
