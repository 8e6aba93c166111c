import { escapeIdentifier, escapeLiteral } from 'pg';
import { randomBytes } from 'node:crypto';
import { qualified } from '../postgres/identifiers';
import type { TargetColumn } from './columns';
import { stagingColumn } from './upsert';
import type { Session } from './session';

const PREFIX = '_airbyte_stage_';
const COMMENT =
  'Airbyte Ingestion API: rows of a running sync. The next sync drops it when that one has failed.';

/**
 * A table that collects the rows of one stream before they are stored. A temporary table disappears with the
 * connection, even after a crash. If the role may not create temporary tables, a table in the stream's schema is used.
 * The connection then holds an advisory lock on its name, and the next sync drops the tables without a lock.
 */
export class StagingTable {
  private columns = 1;

  private constructor(
    private readonly session: Session,
    readonly sql: string,
  ) {}

  /** @param withSequence whether each line ends with the number of its record */
  static async create(
    session: Session,
    schema: string,
    columns: readonly TargetColumn[],
    withSequence: boolean,
  ): Promise<StagingTable> {
    const name = `${PREFIX}${randomBytes(12).toString('hex')}`;
    const stage = new StagingTable(
      session,
      session.canCreateTemporary ? `pg_temp.${escapeIdentifier(name)}` : qualified(schema, name),
    );
    const first = [`${stagingColumn(0)} timestamptz`, ...(withSequence ? ['seq bigint'] : [])];
    if (!session.canCreateTemporary) await lockStagingName(session, schema, name);
    const kind = session.canCreateTemporary ? 'TEMPORARY' : 'UNLOGGED';
    await session.run(`CREATE ${kind} TABLE ${stage.sql} (${first.join(', ')})`);
    await session.run(`COMMENT ON TABLE ${stage.sql} IS ${escapeLiteral(COMMENT)}`);
    await stage.add(columns);
    return stage;
  }

  async add(columns: readonly TargetColumn[]): Promise<void> {
    if (columns.length === 0) return;
    const actions = columns.map(({ type }) => `ADD COLUMN ${stagingColumn(this.columns++)} ${type}`);
    await this.session.run(`ALTER TABLE ${this.sql} ${actions.join(', ')}`);
  }

  /** The columns of a line with this number of values. */
  columnList(width: number): string {
    return Array.from({ length: width + 1 }, (_, index) => stagingColumn(index)).join(', ');
  }

  async clear(): Promise<void> {
    await this.session.run(`TRUNCATE ${this.sql}`);
  }

  async drop(): Promise<void> {
    await this.session.run(`DROP TABLE ${this.sql}`);
  }

  /** Drops a table that is not temporary. Runs at the end of every sync, also on a broken connection. */
  async dropIfPersistent(): Promise<void> {
    if (this.session.canCreateTemporary) return;
    await this.session.idle();
    try {
      await this.session.rollback();
      await this.session.run(`DROP TABLE IF EXISTS ${this.sql}`);
      await this.session.commit();
    } catch {
      // This error must not hide the sync's own failure. The next sync drops the table.
    }
  }
}

/** Locks a name until the connection ends, and drops the tables of closed connections. */
async function lockStagingName(session: Session, schema: string, name: string): Promise<void> {
  await session.run('SELECT pg_advisory_lock(hashtextextended($1, 0))', [name]);
  const found = await session.run<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relname LIKE $2 AND c.relkind = 'r' AND obj_description(c.oid, 'pg_class') = $3`,
    [schema, `${PREFIX.replaceAll('_', '\\_')}%`, COMMENT],
  );
  for (const left of found) {
    const [lock] = await session.run<{ free: boolean }>(
      'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS free',
      [left.name],
    );
    // Advisory locks are reentrant, so this connection can also lock its own staging tables.
    if (lock?.free === true && !session.stages.has(left.name))
      await session.run(`DROP TABLE IF EXISTS ${qualified(schema, left.name)}`);
  }
  session.stages.add(name);
}
