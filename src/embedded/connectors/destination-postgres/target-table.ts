import { escapeIdentifier } from 'pg';
import { configError, type ConnectorError } from '../../protocol/connector';
import { columnTypeNamed, wideningExpression, type ColumnType, type TargetColumn } from './columns';
import { EXTRACTED_AT } from './names';
import { assertOwnTable, ownershipCommentSql, notOwnTable, sqlName, type TableName } from './ownership';
import type { Session } from './session';
import {
  cascadingForeignKeysOf,
  hasSchema,
  childTablesOf,
  hasType,
  isColumnReferenced,
  needsReplicaIdentity,
  dependentViewsOf,
  readTable,
  type TableFacts,
} from './table-facts';

/** A column that changes its type, and the expression that converts its values. */
interface Retyped {
  readonly column: TargetColumn;
  readonly using: string;
}

/** The changes that a table needs before it can store a stream's rows. */
export interface TablePlan {
  readonly oid: string;
  readonly add: readonly TargetColumn[];
  readonly retype: readonly Retyped[];
  readonly drop: readonly string[];
  /** The stream's columns with their types after the change. */
  readonly columns: readonly TargetColumn[];
  /** The types of the table's other columns, if the connector can write them. */
  readonly undeclaredTypes: ReadonlyMap<string, ColumnType>;
  /** Whether a publication requires a replica identity that the table lacks. */
  readonly needsIdentity: boolean;
  /** The columns for the ownership comment, or null if it does not change. */
  readonly mark: readonly string[] | null;
}

/** Creates the schema if it is missing. The check comes first, because CREATE SCHEMA needs a permission on the database. */
export async function ensureSchema(session: Session, schema: string): Promise<void> {
  if (await hasSchema(session, schema)) return;
  // Without the lock, two syncs that create the same schema would fail on a unique index of the catalogue.
  await session.lockName(schema, '');
  await session.run(`CREATE SCHEMA IF NOT EXISTS ${escapeIdentifier(schema)}`);
}

/** Creates the table of a stream. */
export async function createTable(
  session: Session,
  table: TableName,
  columns: readonly TargetColumn[],
): Promise<void> {
  const definitions = columns.map(({ name, type }) => `${escapeIdentifier(name)} ${type}`);
  await session.run(
    `CREATE TABLE ${sqlName(table)} (${[`${escapeIdentifier(EXTRACTED_AT)} timestamptz NOT NULL`, ...definitions].join(', ')})`,
  );
  await session.run(
    ownershipCommentSql(
      table,
      columns.map(({ name }) => name),
    ),
  );
}

/**
 * The changes that a stream's table needs, or null if it does not exist. If rows are replaced, columns may get any type.
 * @throws ConnectorError config_error if the connector did not create the table, or the table cannot be changed
 */
export async function planTable(
  session: Session,
  table: TableName,
  wanted: readonly TargetColumn[],
  replacesRows: boolean,
): Promise<TablePlan | null> {
  const facts = await readTable(session, table.schema, table.name, EXTRACTED_AT);
  if (facts === null) {
    if (await hasType(session, table.schema, table.name)) throw notOwnTable(table, 'type');
    return null;
  }
  const made = assertOwnTable(table, facts);
  const plan = replacesRows ? planForOverwrite(facts, wanted) : planForAppend(table, facts, wanted);
  if (replacesRows) await assertNoCascadingForeignKeys(session, table, facts.oid);
  if (plan.retype.length > 0) await assertNoChildTables(session, table, facts.oid);
  for (const { column } of plan.retype) await assertNoDependentViews(session, table, facts, column);
  const obsolete = replacesRows ? obsoleteColumns(facts, made ?? [], wanted) : [];
  const drop: string[] = [];
  const mayDrop = obsolete.length > 0 && (await childTablesOf(session, facts.oid)).length === 0;
  for (const { name, number } of mayDrop ? obsolete : [])
    if (!(await isColumnReferenced(session, facts.oid, number))) drop.push(name);
  const known = (
    made ?? facts.columns.map(({ name }) => name).filter((name) => wanted.some((w) => w.name === name))
  ).filter((name) => !drop.includes(name));
  const marked = [...known, ...plan.add.map(({ name }) => name)];
  const unchanged = made !== null && marked.length === made.length && plan.add.length === 0;
  return {
    oid: facts.oid,
    ...plan,
    drop,
    needsIdentity: await needsReplicaIdentity(session, facts.oid),
    undeclaredTypes: undeclaredTypesOf(facts, wanted),
    mark: unchanged ? null : marked,
  };
}

function undeclaredTypesOf(
  { columns }: TableFacts,
  wanted: readonly TargetColumn[],
): Map<string, ColumnType> {
  const names = new Set(wanted.map(({ name }) => name));
  return new Map(
    columns.flatMap(({ name, type }) => {
      const own = names.has(name) ? null : columnTypeNamed(type);
      return own === null ? [] : [[name, own] as const];
    }),
  );
}

/** Allows changes to the rows of a published table. */
export async function setReplicaIdentity(session: Session, table: TableName, plan: TablePlan): Promise<void> {
  if (plan.needsIdentity) await session.run(`ALTER TABLE ${sqlName(table)} REPLICA IDENTITY FULL`);
}

export async function alterTable(session: Session, table: TableName, plan: TablePlan): Promise<void> {
  const actions = [
    ...plan.drop.map((name) => `DROP COLUMN ${escapeIdentifier(name)} RESTRICT`),
    ...plan.add.map(({ name, type }) => `ADD COLUMN ${escapeIdentifier(name)} ${type}`),
    ...plan.retype.map(
      ({ column: { name, type }, using }) =>
        `ALTER COLUMN ${escapeIdentifier(name)} TYPE ${type} USING ${using}`,
    ),
  ];
  if (actions.length > 0) await session.run(`ALTER TABLE ${sqlName(table)} ${actions.join(', ')}`);
  if (plan.mark !== null) await session.run(ownershipCommentSql(table, plan.mark));
}

type Changes = Pick<TablePlan, 'add' | 'retype' | 'columns'>;

function planForOverwrite({ columns }: TableFacts, wanted: readonly TargetColumn[]): Changes {
  const types = new Map(columns.map(({ name, type }) => [name, type]));
  return {
    add: wanted.filter(({ name }) => !types.has(name)),
    // All rows are deleted before the type changes, so no value is converted.
    retype: wanted
      .filter(({ name, type }) => types.has(name) && columnTypeNamed(types.get(name) ?? '') !== type)
      .map((column) => ({ column, using: `NULL::${column.type}` })),
    columns: wanted,
  };
}

function planForAppend(table: TableName, { columns }: TableFacts, wanted: readonly TargetColumn[]): Changes {
  const types = new Map(columns.map(({ name, type }) => [name, type]));
  const add: TargetColumn[] = [];
  const retype: Retyped[] = [];
  const result: TargetColumn[] = [];
  for (const column of wanted) {
    const { name, type } = column;
    const found = types.get(name);
    const foundType = found === undefined ? null : columnTypeNamed(found);
    // A jsonb column stores every value unchanged.
    if (foundType === 'jsonb') {
      result.push({ name, type: 'jsonb' });
      continue;
    }
    result.push(column);
    if (found === undefined) add.push(column);
    else if (foundType !== type) {
      const using = foundType === null ? null : wideningExpression(foundType, type, escapeIdentifier(name));
      if (using === null) throw cannotChange(table, name, found, type);
      retype.push({ column, using });
    }
  }
  return { add, retype, columns: result };
}

function cannotChange(table: TableName, column: string, from: string, to: string): ConnectorError {
  return configError(
    `Stream ${table.name}: column ${column} of table ${sqlName(table)} has the type ${from}, but the stream now has ${to} there, ` +
      `and the existing rows cannot be converted without loss. Change the column's type yourself, rename it or the table, or overwrite the stream.`,
  );
}

async function assertNoDependentViews(
  session: Session,
  table: TableName,
  facts: TableFacts,
  { name, type }: TargetColumn,
): Promise<void> {
  const column = facts.columns.find((one) => one.name === name);
  const readers = column === undefined ? [] : await dependentViewsOf(session, facts.oid, column.number);
  if (column === undefined || readers.length === 0) return;
  throw configError(
    `Stream ${table.name}: column ${name} of table ${sqlName(table)} must change from ${column.type} to ${type}, but Postgres does not allow this while ${readers.join(', ')} reads it. ` +
      `Drop ${readers.join(', ')}, run the sync, and create it again.`,
  );
}

/** Child tables belong to a user, and their columns would change too. */
async function assertNoChildTables(session: Session, table: TableName, oid: string): Promise<void> {
  const heirs = await childTablesOf(session, oid);
  if (heirs.length === 0) return;
  throw configError(
    `Stream ${table.name}: columns of table ${sqlName(table)} must change their types, which would also convert the rows of ${heirs.join(', ')}, which inherits from it. ` +
      `Run: ALTER TABLE ${heirs.join(', ')} NO INHERIT ${sqlName(table)}.`,
  );
}

/** An overwrite deletes rows, and such foreign keys would delete or change rows of the user's tables. */
async function assertNoCascadingForeignKeys(session: Session, table: TableName, oid: string): Promise<void> {
  const keys = await cascadingForeignKeysOf(session, oid);
  if (keys.length === 0) return;
  throw configError(
    `Stream ${table.name}: the rows of table ${sqlName(table)} cannot be replaced, because the foreign key ${keys.join(', ')} would delete or change rows of another table. ` +
      `Make it ON DELETE NO ACTION, or choose a deduplicated sync mode.`,
  );
}

/** Columns that this connector created and that the stream no longer has. Columns of a user are kept. */
function obsoleteColumns(
  { columns }: TableFacts,
  made: readonly string[],
  wanted: readonly TargetColumn[],
): { name: string; number: number }[] {
  const names = new Set(wanted.map(({ name }) => name));
  return columns.filter(({ name }) => made.includes(name) && !names.has(name));
}
