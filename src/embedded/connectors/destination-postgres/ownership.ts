import { escapeIdentifier, escapeLiteral } from 'pg';
import { configError, type ConnectorError } from '../../protocol/connector';
import { qualified } from '../postgres/identifiers';
import { columnTypeNamed } from './columns';
import { EXTRACTED_AT } from './names';
import type { TableFacts } from './table-facts';

const RELATION_KINDS: Readonly<Record<string, string>> = {
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
 * The statement that records this connector as owner of a table. The comment on the first column contains the table's
 * name and the columns that the connector created. A comment survives a dump. A copy of the table under another name
 * is not recognised as owned.
 */
export function ownershipCommentSql(table: TableName, columns: readonly string[]): string {
  const mark = `${ownershipPrefix(table)}${JSON.stringify(columns)}`;
  return `COMMENT ON COLUMN ${sqlName(table)}.${escapeIdentifier(EXTRACTED_AT)} IS ${escapeLiteral(mark)}`;
}

function ownershipPrefix({ schema, name }: TableName): string {
  return `Airbyte Ingestion API, destination postgres, table ${JSON.stringify([schema, name])}, columns `;
}

const OWNERSHIP_PREFIX = 'Airbyte Ingestion API, destination postgres, table ';

/**
 * The columns that the connector created in a table, or null for a table of an older version, which recorded no columns.
 * @throws ConnectorError config_error if the connector did not create the table
 */
export function assertOwnTable(table: TableName, facts: TableFacts): readonly string[] | null {
  const { kind, mark } = facts;
  const prefix = ownershipPrefix(table);
  if (kind === 'r' && mark?.startsWith(prefix) === true) return parseColumnList(mark.slice(prefix.length));
  if (kind === 'r' && mark?.startsWith(OWNERSHIP_PREFIX) !== true && wasMadeByOlderVersion(facts))
    return null;
  throw notOwnTable(table, RELATION_KINDS[kind] ?? 'relation');
}

export function notOwnTable(table: TableName, kind: string): ConnectorError {
  return configError(
    `Stream ${table.name}: the ${kind} ${sqlName(table)} exists and was not created by this connector, so it is not changed. ` +
      `Rename or drop it, or give the ingestion another schema or prefix.`,
  );
}

function parseColumnList(text: string): string[] {
  try {
    const columns: unknown = JSON.parse(text);
    return Array.isArray(columns) ? columns.filter((name) => typeof name === 'string') : [];
  } catch {
    // The comment was edited by hand. The table still belongs to the connector, but no column is dropped.
    return [];
  }
}

/** A table of an older version begins with the time column and has only the connector's types. */
function wasMadeByOlderVersion({ columns }: TableFacts): boolean {
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
