import { escapeIdentifier } from 'pg';
import { ConnectorError } from '../../protocol/connector';
import { columnTypeNamed, widening, type ColumnType, type TargetColumn } from './columns';
import { EXTRACTED_AT } from './names';
import { assertOwnTable, markSql, refuseForeign, sqlName, type TableName } from './ownership';
import type { Session } from './session';
import {
  cascadesOf,
  hasSchema,
  heirsOf,
  hasType,
  isUsed,
  lacksReplicaIdentity,
  readersOf,
  readTable,
  type TableFacts,
} from './table-facts';

/** A column that changes its type, and the expression for its values. */
interface Retyped {
  readonly column: TargetColumn;
  readonly using: string;
}

/** What must be done to a table before a stream's rows fit. */
export interface TablePlan {
  readonly oid: string;
  readonly add: readonly TargetColumn[];
  readonly retype: readonly Retyped[];
  readonly drop: readonly string[];
  /** The wanted columns with the types that they have afterwards. */
  readonly columns: readonly TargetColumn[];
  /** The types of the columns that are not wanted, where the connector can write them. */
  readonly others: ReadonlyMap<string, ColumnType>;
  /** Whether a publication needs the old rows of the table, which has no key to name them by. */
  readonly needsIdentity: boolean;
  /** The columns for the mark, or null where it stays as it is. */
  readonly mark: readonly string[] | null;
}

/** Makes the schema where it is missing. It is looked for first: creating it needs rights on the database. */
export async function ensureSchema(session: Session, schema: string): Promise<void> {
  if (await hasSchema(session, schema)) return;
  // Two syncs that create the same schema at the same time would fail on the catalogue's own index.
  await session.lockName(schema, '');
  await session.run(`CREATE SCHEMA IF NOT EXISTS ${escapeIdentifier(schema)}`);
}

/** Makes the table of a stream. */
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
    markSql(
      table,
      columns.map(({ name }) => name),
    ),
  );
}

/**
 * How the table of a stream has to change, or null when there is none. When rows are replaced, columns may take any type.
 * @throws ConnectorError config_error when it belongs to a user, or cannot change as it must
 */
export async function planTable(
  session: Session,
  table: TableName,
  wanted: readonly TargetColumn[],
  replacesRows: boolean,
): Promise<TablePlan | null> {
  const facts = await readTable(session, table.schema, table.name, EXTRACTED_AT);
  if (facts === null) {
    if (await hasType(session, table.schema, table.name)) throw refuseForeign(table, 'type');
    return null;
  }
  const made = assertOwnTable(table, facts);
  const plan = replacesRows ? planReplacing(facts, wanted) : planKeeping(table, facts, wanted);
  if (replacesRows) await assertNoCascade(session, table, facts.oid);
  if (plan.retype.length > 0) await assertNoHeirs(session, table, facts.oid);
  for (const { column } of plan.retype) await assertUnread(session, table, facts, column);
  const obsolete = replacesRows ? obsoleteColumns(facts, made ?? [], wanted) : [];
  const drop: string[] = [];
  const mayDrop = obsolete.length > 0 && (await heirsOf(session, facts.oid)).length === 0;
  for (const { name, number } of mayDrop ? obsolete : [])
    if (!(await isUsed(session, facts.oid, number))) drop.push(name);
  const known = (
    made ?? facts.columns.map(({ name }) => name).filter((name) => wanted.some((w) => w.name === name))
  ).filter((name) => !drop.includes(name));
  const marked = [...known, ...plan.add.map(({ name }) => name)];
  const unchanged = made !== null && marked.length === made.length && plan.add.length === 0;
  return {
    oid: facts.oid,
    ...plan,
    drop,
    needsIdentity: await lacksReplicaIdentity(session, facts.oid),
    others: otherTypes(facts, wanted),
    mark: unchanged ? null : marked,
  };
}

function otherTypes({ columns }: TableFacts, wanted: readonly TargetColumn[]): Map<string, ColumnType> {
  const names = new Set(wanted.map(({ name }) => name));
  return new Map(
    columns.flatMap(({ name, type }) => {
      const own = names.has(name) ? null : columnTypeNamed(type);
      return own === null ? [] : [[name, own] as const];
    }),
  );
}

/** Lets rows be changed although a publication sends their changes to subscribers. */
export async function setReplicaIdentity(session: Session, table: TableName, plan: TablePlan): Promise<void> {
  if (plan.needsIdentity) await session.run(`ALTER TABLE ${sqlName(table)} REPLICA IDENTITY FULL`);
}

/** Carries out a plan. */
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
  if (plan.mark !== null) await session.run(markSql(table, plan.mark));
}

type Changes = Pick<TablePlan, 'add' | 'retype' | 'columns'>;

function planReplacing({ columns }: TableFacts, wanted: readonly TargetColumn[]): Changes {
  const types = new Map(columns.map(({ name, type }) => [name, type]));
  return {
    add: wanted.filter(({ name }) => !types.has(name)),
    // No row is left when the type changes, so that no value has to be converted.
    retype: wanted
      .filter(({ name, type }) => types.has(name) && columnTypeNamed(types.get(name) ?? '') !== type)
      .map((column) => ({ column, using: `NULL::${column.type}` })),
    columns: wanted,
  };
}

function planKeeping(table: TableName, { columns }: TableFacts, wanted: readonly TargetColumn[]): Changes {
  const types = new Map(columns.map(({ name, type }) => [name, type]));
  const add: TargetColumn[] = [];
  const retype: Retyped[] = [];
  const result: TargetColumn[] = [];
  for (const column of wanted) {
    const { name, type } = column;
    const found = types.get(name);
    const foundType = found === undefined ? null : columnTypeNamed(found);
    // A column of JSON holds a value of any kind as it is.
    if (foundType === 'jsonb') {
      result.push({ name, type: 'jsonb' });
      continue;
    }
    result.push(column);
    if (found === undefined) add.push(column);
    else if (foundType !== type) {
      const using = foundType === null ? null : widening(foundType, type, escapeIdentifier(name));
      if (using === null) throw cannotChange(table, name, found, type);
      retype.push({ column, using });
    }
  }
  return { add, retype, columns: result };
}

function cannotChange(table: TableName, column: string, from: string, to: string): ConnectorError {
  return new ConnectorError(
    'config_error',
    `Stream ${table.name}: column ${column} of table ${sqlName(table)} has the type ${from}, but the stream now has ${to} there, ` +
      `and the rows that are kept cannot be converted without a loss. Change the column's type yourself, rename it or the table, or overwrite the stream.`,
  );
}

async function assertUnread(
  session: Session,
  table: TableName,
  facts: TableFacts,
  { name, type }: TargetColumn,
): Promise<void> {
  const column = facts.columns.find((one) => one.name === name);
  const readers = column === undefined ? [] : await readersOf(session, facts.oid, column.number);
  if (column === undefined || readers.length === 0) return;
  throw new ConnectorError(
    'config_error',
    `Stream ${table.name}: column ${name} of table ${sqlName(table)} must change from ${column.type} to ${type}, and Postgres does not allow it while ${readers.join(', ')} reads it. ` +
      `Drop ${readers.join(', ')}, run the sync, and create it again.`,
  );
}

/** The rows of tables that inherit belong to a user, and their columns would change with these. */
async function assertNoHeirs(session: Session, table: TableName, oid: string): Promise<void> {
  const heirs = await heirsOf(session, oid);
  if (heirs.length === 0) return;
  throw new ConnectorError(
    'config_error',
    `Stream ${table.name}: columns of table ${sqlName(table)} must change their types, which would also convert the rows of ${heirs.join(', ')}, which inherits from it. ` +
      `Run: ALTER TABLE ${heirs.join(', ')} NO INHERIT ${sqlName(table)}.`,
  );
}

/** Replacing rows deletes them, and such foreign keys would delete or change rows of the user's tables. */
async function assertNoCascade(session: Session, table: TableName, oid: string): Promise<void> {
  const keys = await cascadesOf(session, oid);
  if (keys.length === 0) return;
  throw new ConnectorError(
    'config_error',
    `Stream ${table.name}: the rows of table ${sqlName(table)} cannot be replaced, because the foreign key ${keys.join(', ')} would delete or change rows of another table. ` +
      `Make it ON DELETE NO ACTION, or choose a deduplicated sync mode.`,
  );
}

/** The columns that this connector made and that the stream no longer has; those that a user added stay. */
function obsoleteColumns(
  { columns }: TableFacts,
  made: readonly string[],
  wanted: readonly TargetColumn[],
): { name: string; number: number }[] {
  const names = new Set(wanted.map(({ name }) => name));
  return columns.filter(({ name }) => made.includes(name) && !names.has(name));
}
