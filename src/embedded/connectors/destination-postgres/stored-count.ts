import { configError } from '../../protocol/connector';
import { EXTRACTED_AT } from './names';
import { sqlName, type TableName } from './ownership';
import type { Session } from './session';
import { triggersAndRulesOf, readTable } from './table-facts';

/** @throws ConnectorError config_error if the table has stored fewer rows than were sent */
export async function assertStored(
  session: Session,
  table: TableName,
  sent: number,
  stored: number,
): Promise<void> {
  if (sent === stored) return;
  const facts = await readTable(session, table.schema, table.name, EXTRACTED_AT);
  const names = facts === null ? [] : await triggersAndRulesOf(session, facts.oid);
  const cause = names.length === 0 ? 'a trigger or a rule' : names.join(', ');
  throw configError(
    `Stream ${table.name}: ${sent} rows were sent to table ${sqlName(table)}, but ${stored} are stored, because of ${cause}. Drop or disable it.`,
  );
}

/**
 * Checks that the rows of the running transaction are still in the table, because a trigger can delete a row after it
 * was stored. The rows are counted only when the transaction has deleted rows of this table, since that reads all of it.
 *
 * @throws ConnectorError config_error when fewer rows are in the table than were stored
 */
export async function assertKept(session: Session, table: TableName, stored: number): Promise<void> {
  const [deletions] = await session.run<{ any: boolean }>(
    `SELECT pg_stat_get_xact_tuples_deleted(to_regclass($1)) > 0 AS "any"`,
    [sqlName(table)],
  );
  if (deletions?.any !== true) return;
  const [found] = await session.run<{ count: string }>(
    `SELECT COUNT(*)::text AS "count" FROM ONLY ${sqlName(table)} WHERE xmin = (txid_current() % 4294967296)::text::xid`,
  );
  // A change of the table in the same transaction can make the count greater.
  const kept = Number(found?.count);
  if (kept < stored) await assertStored(session, table, stored, kept);
}
