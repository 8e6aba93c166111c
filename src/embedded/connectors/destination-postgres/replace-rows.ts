import { nameList } from '../postgres/identifiers';
import type { TargetColumn } from './columns';
import { ensureKeyIndex, stagingColumn } from './upsert';
import { EXTRACTED_AT } from './names';
import { sqlName, type TableName } from './ownership';
import type { Session } from './session';
import type { StagingTable } from './staging-table';
import { assertStored } from './stored-count';
import {
  alterTable,
  createTable,
  ensureSchema,
  planTable,
  setReplicaIdentity,
  type TablePlan,
} from './target-table';

/**
 * Replaces the rows of a table by the staged rows in one transaction. The table keeps its grants, indexes, views,
 * comments and policies. DELETE, unlike TRUNCATE, does not block readers: they see either the old or the new rows.
 * Deletion and insertion are one statement, so foreign keys are checked against the new rows.
 */
export async function replaceRows(
  session: Session,
  table: TableName,
  stage: StagingTable,
  columns: readonly TargetColumn[],
  staged: number,
): Promise<void> {
  await session.lockName(table.schema, table.name);
  await ensureSchema(session, table.schema);
  const plan = await planTable(session, table, columns, true);
  if (plan === null) await createTable(session, table, columns);
  else await prepareForOverwrite(session, table, plan);
  const names = [EXTRACTED_AT, ...columns.map(({ name }) => name)];
  const values = names.map((_, index) => `s.${stagingColumn(index)}`).join(', ');
  const mayDelete = plan !== null && plan.retype.length === 0;
  const deletion = `WITH deleted AS (DELETE FROM ONLY ${sqlName(table)} RETURNING 1) `;
  // The count completes the deletion before the first insertion. A new row may have the key of a deleted row.
  const afterDeletion = `, (SELECT COUNT(*) FROM deleted) AS deleted_rows`;
  const stored = await session.change(
    `${mayDelete ? deletion : ''}INSERT INTO ${sqlName(table)} (${nameList(names)})
     SELECT ${values} FROM ${stage.sql} AS s${mayDelete ? afterDeletion : ''}`,
  );
  await assertStored(session, table, staged, stored);
  const [found] = await session.run<{ count: string }>(
    `SELECT COUNT(*)::text AS count FROM ONLY ${sqlName(table)}`,
  );
  await assertStored(session, table, staged, Number(found?.count));
  await stage.drop();
}

/** Blocks other writers and adapts the columns. */
async function prepareForOverwrite(session: Session, table: TableName, plan: TablePlan): Promise<void> {
  await session.run(`LOCK TABLE ONLY ${sqlName(table)} IN SHARE ROW EXCLUSIVE MODE`);
  await setReplicaIdentity(session, table, plan);
  await ensureKeyIndex(session, table, plan.oid, null);
  // Values of the old type cannot be converted, so the rows are deleted before the column changes its type.
  if (plan.retype.length > 0) await session.run(`DELETE FROM ONLY ${sqlName(table)}`);
  await alterTable(session, table, plan);
}
