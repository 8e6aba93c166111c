import { escapeIdentifier } from 'pg';
import type { TargetColumn } from './columns';
import { fitKeyIndex, stageColumn } from './dedup';
import { EXTRACTED_AT } from './names';
import { sqlName, type TableName } from './ownership';
import type { Session } from './session';
import type { Stage } from './stage';
import { assertStored } from './stored-rows';
import {
  alterTable,
  createTable,
  ensureSchema,
  planTable,
  setReplicaIdentity,
  type TablePlan,
} from './target-table';

/**
 * Replaces the rows of a table by staged ones, inside one transaction. The table itself stays, with its grants,
 * indexes, views, comments and policies. Rows are deleted and not truncated: readers go on and see either the old rows
 * or the new ones. In one statement a foreign key is checked against the new rows.
 */
export async function replaceRows(
  session: Session,
  table: TableName,
  stage: Stage,
  columns: readonly TargetColumn[],
  staged: number,
): Promise<void> {
  await session.lockName(table.schema, table.name);
  await ensureSchema(session, table.schema);
  const plan = await planTable(session, table, columns, true);
  if (plan === null) await createTable(session, table, columns);
  else await empty(session, table, plan);
  const names = [EXTRACTED_AT, ...columns.map(({ name }) => name)];
  const values = names.map((_, index) => `"s".${escapeIdentifier(stageColumn(index))}`).join(', ');
  const mayDelete = plan !== null && plan.retype.length === 0;
  const gone = `WITH "gone" AS (DELETE FROM ONLY ${sqlName(table)} RETURNING 1) `;
  // The count makes the deletion end before the first row is stored, which may have the key of a deleted one.
  const after = `, (SELECT COUNT(*) FROM "gone") AS "deleted"`;
  const stored = await session.change(
    `${mayDelete ? gone : ''}INSERT INTO ${sqlName(table)} (${names.map(escapeIdentifier).join(', ')})
     SELECT ${values} FROM ${stage.sql} AS "s"${mayDelete ? after : ''}`,
  );
  await assertStored(session, table, staged, stored);
  const [found] = await session.run<{ count: string }>(
    `SELECT COUNT(*)::text AS "count" FROM ONLY ${sqlName(table)}`,
  );
  await assertStored(session, table, staged, Number(found?.count));
  await stage.drop();
}

/** Keeps other writers out and brings the columns into their form. */
async function empty(session: Session, table: TableName, plan: TablePlan): Promise<void> {
  await session.run(`LOCK TABLE ONLY ${sqlName(table)} IN SHARE ROW EXCLUSIVE MODE`);
  await setReplicaIdentity(session, table, plan);
  await fitKeyIndex(session, table, plan.oid, null);
  // A column can change its type only when there is no row left whose value would have to be converted.
  if (plan.retype.length > 0) await session.run(`DELETE FROM ONLY ${sqlName(table)}`);
  await alterTable(session, table, plan);
}
