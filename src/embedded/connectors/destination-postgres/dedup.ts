import { escapeIdentifier, escapeLiteral } from 'pg';
import { ConnectorError } from '../../protocol/connector';
import type { ConfiguredStream } from '../../protocol/messages';
import { isComparable, type TargetColumn } from './columns';
import { EXTRACTED_AT } from './names';
import { sqlName, type TableName } from './ownership';
import type { Session } from './session';

/** Since this version a unique index can take two nulls for equal. */
const NULLS_NOT_DISTINCT = 150_000;
const MAX_KEY_COLUMNS = 32;

/**
 * How the rows of a deduplicated stream are told apart and which of two is the newer one. A source reads in the order
 * of its cursor, so that the record that arrives later is the newer one. Numbers, dates and timestamps have one order
 * everywhere: of these the greater one wins, as in Airbyte, for sources that do not read in order. All other
 * cursors, and nulls, are never compared: their order at the source (an enum, a language) is not known here.
 */
export interface DedupRule {
  readonly key: readonly string[];
  /** The cursor's column, or null when the order of arrival decides. */
  readonly cursor: string | null;
}

/** @throws ConnectorError config_error when the key cannot be made of the stream's columns */
export function dedupRule(stream: ConfiguredStream, columns: readonly TargetColumn[]): DedupRule {
  const types = new Map(columns.map(({ name, type }) => [name, type]));
  const key = [...new Set(stream.primaryKey.map((path) => keyColumn(stream.name, path, types)))];
  if (key.length === 0 || key.length > MAX_KEY_COLUMNS)
    throw new ConnectorError(
      'config_error',
      `Stream ${stream.name} has ${key.length} key columns, and deduplication needs 1 to ${MAX_KEY_COLUMNS}. Set primaryKey, or choose another sync mode.`,
    );
  const [cursor, ...deeper] = stream.cursorField;
  const type = cursor === undefined || deeper.length > 0 ? undefined : types.get(cursor);
  return { key, cursor: cursor !== undefined && type !== undefined && isComparable(type) ? cursor : null };
}

function keyColumn(stream: string, path: readonly string[], types: ReadonlyMap<string, unknown>): string {
  const [column, ...deeper] = path;
  if (column === undefined || deeper.length > 0 || !types.has(column))
    throw new ConnectorError(
      'config_error',
      `Stream ${stream}: the key ${JSON.stringify(path)} is not a column of the stream. Name columns in primaryKey.`,
    );
  return column;
}

/** Whether null can be a value of a key: before this version each such row would be stored again. */
export function takesNullKeys(session: Session): boolean {
  return session.version >= NULLS_NOT_DISTINCT;
}

/** The table may have been filled in another mode, or by another key: then the index of its key is made anew. */
export async function fitKeyIndex(
  session: Session,
  table: TableName,
  oid: string,
  rule: DedupRule | null,
): Promise<void> {
  if (rule !== null) await assertDeterministic(session, table, oid, rule);
  const wanted = rule === null ? null : rule.key.map(escapeIdentifier).join(', ');
  const found = await session.run<{ name: string; key: string | null }>(
    `SELECT c.relname AS "name", obj_description(c.oid, 'pg_class') AS "key" FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     WHERE i.indrelid = $1::oid AND c.relname LIKE '\\_airbyte\\_key\\_%'`,
    [oid],
  );
  if (found.length <= 1 && (found[0]?.key ?? null) === wanted) return;
  for (const { name } of found)
    await session.run(`DROP INDEX ${escapeIdentifier(table.schema)}.${escapeIdentifier(name)}`);
  if (rule === null || wanted === null) return;
  await session.run(removeDuplicates(table, rule));
  const index = `_airbyte_key_${oid}`;
  const nulls = takesNullKeys(session) ? 'NULLS NOT DISTINCT' : '';
  await session.run(
    `CREATE UNIQUE INDEX ${escapeIdentifier(index)} ON ${sqlName(table)} (${wanted}) ${nulls}`,
  );
  // Kept with the index, to recognise that of another key.
  await session.run(
    `COMMENT ON INDEX ${escapeIdentifier(table.schema)}.${escapeIdentifier(index)} IS ${escapeLiteral(wanted)}`,
  );
}

/** Keys that differ would be one key in a column whose collation an administrator changed. */
async function assertDeterministic(
  session: Session,
  table: TableName,
  oid: string,
  { key }: DedupRule,
): Promise<void> {
  const [found] = await session.run<{ column: string; collation: string }>(
    `SELECT a.attname AS "column", c.collname AS "collation" FROM pg_attribute a JOIN pg_collation c ON c.oid = a.attcollation
     WHERE a.attrelid = $1::oid AND a.attname = ANY ($2::text[]) AND to_jsonb(c) ->> 'collisdeterministic' = 'false' ORDER BY 1`,
    [oid, key],
  );
  if (found !== undefined)
    throw new ConnectorError(
      'config_error',
      `Stream ${table.name}: column ${found.column} of table ${sqlName(table)} is part of the key, and its collation ${found.collation} is not deterministic: keys that differ could be equal. ` +
        `Run: ALTER TABLE ${sqlName(table)} ALTER COLUMN ${escapeIdentifier(found.column)} TYPE text COLLATE "default"`,
    );
}

/** Of the rows of one key the newest stays. */
function removeDuplicates(table: TableName, { key, cursor }: DedupRule): string {
  const order = `${cursor === null ? '' : `${escapeIdentifier(cursor)} DESC NULLS LAST, `}${escapeIdentifier(EXTRACTED_AT)} DESC, ctid DESC`;
  const ranked = `SELECT ctid AS "row", ROW_NUMBER() OVER (PARTITION BY ${key.map(escapeIdentifier).join(', ')} ORDER BY ${order}) AS "place" FROM ONLY ${sqlName(table)}`;
  return `DELETE FROM ONLY ${sqlName(table)} WHERE ctid IN (SELECT "row" FROM (${ranked}) AS "ranked" WHERE "place" > 1)`;
}

/**
 * Moves staged rows into the table and counts the keys that were sent and those that were stored. An older row leaves
 * the stored one as it is, but counts: a row that a trigger keeps back must not pass for one.
 */
export function mergeSql(
  stage: string,
  table: TableName,
  columns: readonly TargetColumn[],
  rule: DedupRule,
): string {
  const names = [EXTRACTED_AT, ...columns.map(({ name }) => name)];
  const staged = (name: string): string => escapeIdentifier(stageColumn(names.indexOf(name)));
  const updates = names.map(escapeIdentifier).map((name) => `${name} = ${newerValue(name, rule)}`);
  return `WITH "newest" AS MATERIALIZED (${newestOf(stage, rule, staged)}),
    "stored" AS (INSERT INTO ${sqlName(table)} AS "old" (${names.map(escapeIdentifier).join(', ')})
      SELECT ${names.map(staged).join(', ')} FROM "newest"
      ON CONFLICT (${rule.key.map(escapeIdentifier).join(', ')}) DO UPDATE SET ${updates.join(', ')} RETURNING 1)
    SELECT (SELECT COUNT(*) FROM "newest")::text AS "sent", (SELECT COUNT(*) FROM "stored")::text AS "stored"`;
}

/** Of the staged rows of one key the newest. Nothing is known of the order to a null, so that it replaces all before. */
function newestOf(stage: string, { key, cursor }: DedupRule, staged: (name: string) => string): string {
  const keys = key.map(staged).join(', ');
  if (cursor === null) return `SELECT DISTINCT ON (${keys}) * FROM ${stage} ORDER BY ${keys}, "seq" DESC`;
  const value = staged(cursor);
  const lastNull = `MAX("seq") FILTER (WHERE ${value} IS NULL) OVER (PARTITION BY ${keys}) AS "lastNull"`;
  return `SELECT DISTINCT ON (${keys}) * FROM (SELECT *, ${lastNull} FROM ${stage}) AS "rows"
    WHERE "lastNull" IS NULL OR "seq" >= "lastNull" ORDER BY ${keys}, ${value} DESC NULLS LAST, "seq" DESC`;
}

/** The value that a column of a stored row has after another row of its key has arrived. */
function newerValue(column: string, { cursor }: DedupRule): string {
  if (cursor === null) return `excluded.${column}`;
  const [old, arrived] = [`"old".${escapeIdentifier(cursor)}`, `excluded.${escapeIdentifier(cursor)}`];
  return `CASE WHEN ${arrived} < ${old} THEN "old".${column} ELSE excluded.${column} END`;
}

/** Columns of a temporary table are numbered, so that no name of a stream is in the way. */
export function stageColumn(index: number): string {
  return `c${index}`;
}
