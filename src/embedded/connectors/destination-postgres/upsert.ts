import { escapeIdentifier, escapeLiteral } from 'pg';
import { configError } from '../../protocol/connector';
import type { ConfiguredStream } from '../../protocol/messages';
import { nameList, qualified } from '../postgres/identifiers';
import { isComparable, type TargetColumn } from './columns';
import { EXTRACTED_AT } from './names';
import { sqlName, type TableName } from './ownership';
import type { Session } from './session';

/** The first version whose unique indexes can treat nulls as equal. */
const NULLS_NOT_DISTINCT = 150_000;
const MAX_KEY_COLUMNS = 32;

/**
 * The key that identifies a row of a deduplicated stream, and the cursor that decides between two rows with one key.
 * Sources read in the order of the cursor, so the record that arrives later is newer. Numbers, dates and timestamps
 * have the same order everywhere. For these the greater value wins, as in Airbyte, because a source may read in
 * another order. Other cursors and nulls are never compared: the destination does not know their order at the source.
 */
export interface UpsertRule {
  readonly key: readonly string[];
  /** The cursor's column, or null if the order of arrival decides. */
  readonly cursor: string | null;
}

/** @throws ConnectorError config_error if the key is empty, too long, or has a part that is not a column */
export function upsertRule(stream: ConfiguredStream, columns: readonly TargetColumn[]): UpsertRule {
  const types = new Map(columns.map(({ name, type }) => [name, type]));
  const key = [...new Set(stream.primaryKey.map((path) => keyColumn(stream.name, path, types)))];
  if (key.length === 0 || key.length > MAX_KEY_COLUMNS)
    throw configError(
      `Stream ${stream.name} has ${key.length} key columns, but deduplication needs 1 to ${MAX_KEY_COLUMNS}. Set primaryKey, or choose another sync mode.`,
    );
  const [cursor, ...deeper] = stream.cursorField;
  const type = cursor === undefined || deeper.length > 0 ? undefined : types.get(cursor);
  return { key, cursor: cursor !== undefined && type !== undefined && isComparable(type) ? cursor : null };
}

function keyColumn(stream: string, path: readonly string[], types: ReadonlyMap<string, unknown>): string {
  const [column, ...deeper] = path;
  if (column === undefined || deeper.length > 0 || !types.has(column))
    throw configError(
      `Stream ${stream}: the key ${JSON.stringify(path)} is not a column of the stream. Name columns in primaryKey.`,
    );
  return column;
}

/** Whether a key may contain null. Older servers would store a row with a null key again in each sync. */
export function allowsNullKeys(session: Session): boolean {
  return session.version >= NULLS_NOT_DISTINCT;
}

/** Creates the unique index on the key. Replaces the index of another key, and drops it if the rows have no key. */
export async function ensureKeyIndex(
  session: Session,
  table: TableName,
  oid: string,
  rule: UpsertRule | null,
): Promise<void> {
  if (rule !== null) await assertDeterministic(session, table, oid, rule);
  const wanted = rule === null ? null : nameList(rule.key);
  const found = await session.run<{ name: string; key: string | null }>(
    `SELECT c.relname AS name, obj_description(c.oid, 'pg_class') AS key FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     WHERE i.indrelid = $1::oid AND c.relname LIKE '\\_airbyte\\_key\\_%'`,
    [oid],
  );
  if (found.length <= 1 && (found[0]?.key ?? null) === wanted) return;
  for (const { name } of found) await session.run(`DROP INDEX ${qualified(table.schema, name)}`);
  if (rule === null || wanted === null) return;
  await session.run(removeDuplicates(table, rule));
  const index = `_airbyte_key_${oid}`;
  const nulls = allowsNullKeys(session) ? 'NULLS NOT DISTINCT' : '';
  await session.run(
    `CREATE UNIQUE INDEX ${escapeIdentifier(index)} ON ${sqlName(table)} (${wanted}) ${nulls}`,
  );
  // The comment identifies the key for the next sync.
  await session.run(`COMMENT ON INDEX ${qualified(table.schema, index)} IS ${escapeLiteral(wanted)}`);
}

/** A nondeterministic collation, which an administrator may have set, would merge different keys. */
async function assertDeterministic(
  session: Session,
  table: TableName,
  oid: string,
  { key }: UpsertRule,
): Promise<void> {
  const [found] = await session.run<{ column: string; collation: string }>(
    `SELECT a.attname AS column, c.collname AS collation FROM pg_attribute a JOIN pg_collation c ON c.oid = a.attcollation
     WHERE a.attrelid = $1::oid AND a.attname = ANY ($2::text[]) AND to_jsonb(c) ->> 'collisdeterministic' = 'false' ORDER BY 1`,
    [oid, key],
  );
  if (found !== undefined)
    throw configError(
      `Stream ${table.name}: column ${found.column} of table ${sqlName(table)} is part of the key, and its collation ${found.collation} is not deterministic: different keys could be equal. ` +
        `Run: ALTER TABLE ${sqlName(table)} ALTER COLUMN ${escapeIdentifier(found.column)} TYPE text COLLATE "default"`,
    );
}

/** Keeps the newest row of each key. */
function removeDuplicates(table: TableName, { key, cursor }: UpsertRule): string {
  const order = `${cursor === null ? '' : `${escapeIdentifier(cursor)} DESC NULLS LAST, `}${escapeIdentifier(EXTRACTED_AT)} DESC, ctid DESC`;
  const ranked = `SELECT ctid AS row_id, ROW_NUMBER() OVER (PARTITION BY ${nameList(key)} ORDER BY ${order}) AS place FROM ONLY ${sqlName(table)}`;
  return `DELETE FROM ONLY ${sqlName(table)} WHERE ctid IN (SELECT row_id FROM (${ranked}) AS ranked WHERE place > 1)`;
}

/**
 * Merges the staged rows into the table, and counts the keys that were sent and that were stored. An older row does not
 * change the stored row, but still counts as stored. Rows that a trigger suppresses are therefore detected.
 */
export function upsertSql(
  stage: string,
  table: TableName,
  columns: readonly TargetColumn[],
  rule: UpsertRule,
): string {
  const names = [EXTRACTED_AT, ...columns.map(({ name }) => name)];
  const staged = (name: string): string => stagingColumn(names.indexOf(name));
  const updates = names.map(escapeIdentifier).map((name) => `${name} = ${newerValue(name, rule)}`);
  return `WITH newest AS MATERIALIZED (${newestRowsSql(stage, rule, staged)}),
    stored AS (INSERT INTO ${sqlName(table)} AS target (${nameList(names)})
      SELECT ${names.map(staged).join(', ')} FROM newest
      ON CONFLICT (${nameList(rule.key)}) DO UPDATE SET ${updates.join(', ')} RETURNING 1)
    SELECT (SELECT COUNT(*) FROM newest)::text AS sent, (SELECT COUNT(*) FROM stored)::text AS stored`;
}

/** Selects the newest staged row of each key. A null has no order, so it replaces all earlier rows. */
function newestRowsSql(stage: string, { key, cursor }: UpsertRule, staged: (name: string) => string): string {
  const keys = key.map(staged).join(', ');
  if (cursor === null) return `SELECT DISTINCT ON (${keys}) * FROM ${stage} ORDER BY ${keys}, seq DESC`;
  const value = staged(cursor);
  const lastNull = `MAX(seq) FILTER (WHERE ${value} IS NULL) OVER (PARTITION BY ${keys}) AS last_null`;
  return `SELECT DISTINCT ON (${keys}) * FROM (SELECT *, ${lastNull} FROM ${stage}) AS rows
    WHERE last_null IS NULL OR seq >= last_null ORDER BY ${keys}, ${value} DESC NULLS LAST, seq DESC`;
}

/** The value of a column after a conflict with a stored row of the same key. */
function newerValue(column: string, { cursor }: UpsertRule): string {
  if (cursor === null) return `excluded.${column}`;
  const [old, arrived] = [`target.${escapeIdentifier(cursor)}`, `excluded.${escapeIdentifier(cursor)}`];
  return `CASE WHEN ${arrived} < ${old} THEN target.${column} ELSE excluded.${column} END`;
}

/** Staging columns are numbered, so no name of a stream can conflict with the connector's own column. */
export function stagingColumn(index: number): string {
  return `c${index}`;
}
