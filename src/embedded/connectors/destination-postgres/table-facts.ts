import type { Session } from './session';

/** A relation as the catalogue describes it. */
export interface TableFacts {
  readonly oid: string;
  /** `r` is a plain table. */
  readonly kind: string;
  /** The comment by which this connector recognises its tables. */
  readonly mark: string | null;
  readonly columns: readonly ColumnFacts[];
}

export interface ColumnFacts {
  readonly name: string;
  readonly number: number;
  /** As `format_type` returns it, for example `numeric(10,2)`. */
  readonly type: string;
  readonly notNull: boolean;
  readonly hasDefault: boolean;
}

/** The relation with a name, or null if there is none. */
export async function readTable(
  session: Session,
  schema: string,
  name: string,
  markedColumn: string,
): Promise<TableFacts | null> {
  const [table] = await session.run<Omit<TableFacts, 'columns'>>(
    `SELECT c.oid::text AS oid, c.relkind::text AS kind,
       (SELECT col_description(c.oid, a.attnum) FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attname = $3 AND NOT a.attisdropped) AS mark
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2`,
    [schema, name, markedColumn],
  );
  if (table === undefined) return null;
  const columns = await session.run<ColumnFacts & Record<string, unknown>>(
    `SELECT attname AS name, attnum AS number, format_type(atttypid, atttypmod) AS type,
       attnotnull AS "notNull", atthasdef OR attidentity <> '' AS "hasDefault"
     FROM pg_attribute WHERE attrelid = $1::oid AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [table.oid],
  );
  return { ...table, columns };
}

/** Whether a type has this name. Every table has a type of its own name, so the two would conflict. */
export async function hasType(session: Session, schema: string, name: string): Promise<boolean> {
  const rows = await session.run(
    `SELECT 1 FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
     WHERE n.nspname = $1 AND t.typname = $2 AND t.typelem = 0`,
    [schema, name],
  );
  return rows.length > 0;
}

export async function hasSchema(session: Session, schema: string): Promise<boolean> {
  return (await session.run('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema])).length > 0;
}

/** The views and rules that read a column. */
export async function dependentViewsOf(session: Session, oid: string, column: number): Promise<string[]> {
  const rows = await session.run<{ name: string }>(
    `SELECT DISTINCT r.ev_class::regclass::text AS name FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid
     WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = $1::oid
       AND d.refobjsubid = $2 AND r.ev_class <> $1::oid ORDER BY 1`,
    [oid, column],
  );
  return rows.map(({ name }) => name);
}

/** Whether an index, constraint, view, policy or other object uses a column. */
export async function isColumnReferenced(session: Session, oid: string, column: number): Promise<boolean> {
  const rows = await session.run(
    `SELECT 1 FROM pg_depend WHERE refclassid = 'pg_class'::regclass AND refobjid = $1::oid AND refobjsubid = $2
     UNION ALL SELECT 1 FROM pg_constraint WHERE conrelid = $1::oid AND $2::smallint = ANY (conkey)`,
    [oid, column],
  );
  return rows.length > 0;
}

/** Foreign keys that would change rows of other tables when rows of this table are deleted. */
export async function cascadingForeignKeysOf(session: Session, oid: string): Promise<string[]> {
  const rows = await session.run<{ name: string }>(
    `SELECT format('%s on %s', quote_ident(conname), conrelid::regclass) AS name FROM pg_constraint
     WHERE confrelid = $1::oid AND contype = 'f' AND confdeltype IN ('c', 'n', 'd') ORDER BY 1`,
    [oid],
  );
  return rows.map(({ name }) => name);
}

/** The triggers and rules of a table that can suppress rows. */
export async function triggersAndRulesOf(session: Session, oid: string): Promise<string[]> {
  const rows = await session.run<{ name: string }>(
    `SELECT 'trigger ' || quote_ident(tgname) AS name FROM pg_trigger
     WHERE tgrelid = $1::oid AND NOT tgisinternal AND tgenabled <> 'D'
     UNION ALL SELECT 'rule ' || quote_ident(rulename) FROM pg_rewrite WHERE ev_class = $1::oid ORDER BY 1`,
    [oid],
  );
  return rows.map(({ name }) => name);
}

/**
 * Whether a publication prevents changes to the rows of a table, because the table has neither a primary key nor a
 * replica identity.
 */
export async function needsReplicaIdentity(session: Session, oid: string): Promise<boolean> {
  const rows = await session.run(
    `SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     JOIN pg_publication_tables t ON t.schemaname = n.nspname AND t.tablename = c.relname
     JOIN pg_publication p ON p.pubname = t.pubname
     WHERE c.oid = $1::oid AND c.relreplident = 'd' AND (p.pubdelete OR p.pubupdate)
       AND NOT EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)`,
    [oid],
  );
  return rows.length > 0;
}

/** Tables that inherit from this one. Their columns change with its columns. */
export async function childTablesOf(session: Session, oid: string): Promise<string[]> {
  const rows = await session.run<{ name: string }>(
    'SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = $1::oid ORDER BY 1',
    [oid],
  );
  return rows.map(({ name }) => name);
}
