import { escapeIdentifier, escapeLiteral } from 'pg';
import { ConnectorError } from '../../protocol/connector';
import { qualified } from '../postgres/identifiers';
import { columnTypeNamed } from './columns';
import { EXTRACTED_AT } from './names';
import type { TableFacts } from './table-facts';

const KINDS: Readonly<Record<string, string>> = {
  r: 'table',
  p: 'partitioned table',
  v: 'view',
  m: 'materialized view',
  f: 'foreign table',
  S: 'sequence',
  i: 'index',
  I: 'index',
  c: 'composite type',
};

/** A table of one stream. */
export interface TableName {
  readonly schema: string;
  readonly name: string;
}

export function sqlName({ schema, name }: TableName): string {
  return qualified(schema, name);
}

/**
 * The columns that this connector made in one of its tables. They are kept, with the table's name, in the comment on
 * the column that every one of its tables begins with: such a comment survives a dump, and a copy of the table under
 * another name does not pass for the connector's.
 */
export function markSql(table: TableName, columns: readonly string[]): string {
  const mark = `${markPrefix(table)}${JSON.stringify(columns)}`;
  return `COMMENT ON COLUMN ${sqlName(table)}.${escapeIdentifier(EXTRACTED_AT)} IS ${escapeLiteral(mark)}`;
}

function markPrefix({ schema, name }: TableName): string {
  return `Airbyte Ingestion API, destination postgres, table ${JSON.stringify([schema, name])}, columns `;
}

const ANY_MARK = 'Airbyte Ingestion API, destination postgres, table ';

/**
 * The columns that the connector made in a table, null where an older version made it, which kept no list.
 * @throws ConnectorError config_error when the connector did not make the table: it belongs to a user
 */
export function assertOwnTable(table: TableName, facts: TableFacts): readonly string[] | null {
  const { kind, mark } = facts;
  const prefix = markPrefix(table);
  if (kind === 'r' && mark?.startsWith(prefix) === true) return columnsIn(mark.slice(prefix.length));
  if (kind === 'r' && mark?.startsWith(ANY_MARK) !== true && isOfOlderVersion(facts)) return null;
  throw refuseForeign(table, KINDS[kind] ?? 'relation');
}

/** @throws ConnectorError config_error that says what is in the way and how to go on */
export function refuseForeign(table: TableName, kind: string): ConnectorError {
  return new ConnectorError(
    'config_error',
    `Stream ${table.name}: the ${kind} ${sqlName(table)} exists and was not created by this connector, so it is not changed. ` +
      `Rename or drop it, or give the ingestion another schema or prefix.`,
  );
}

function columnsIn(text: string): string[] {
  try {
    const columns: unknown = JSON.parse(text);
    return Array.isArray(columns) ? columns.filter((name) => typeof name === 'string') : [];
  } catch {
    // The list was edited by hand: the table is the connector's all the same, and no column is dropped.
    return [];
  }
}

/** Older versions began a table with the column of the time and had these types only. */
function isOfOlderVersion({ columns }: TableFacts): boolean {
  const [first] = columns;
  return (
    first?.name === EXTRACTED_AT &&
    first.number === 1 &&
    first.type === 'timestamp with time zone' &&
    first.notNull &&
    !first.hasDefault &&
    columns.every(({ type }) => columnTypeNamed(type) !== null)
  );
}
