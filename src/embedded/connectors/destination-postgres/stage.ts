import { escapeIdentifier, escapeLiteral } from 'pg';
import { randomBytes } from 'node:crypto';
import { qualified } from '../postgres/identifiers';
import type { TargetColumn } from './columns';
import { stageColumn } from './dedup';
import type { Session } from './session';

const PREFIX = '_airbyte_stage_';
const COMMENT =
  'Airbyte Ingestion API: rows of a running sync. The next sync drops it when that one has failed.';

/**
 * A table for the rows of one stream that are on their way. It is temporary and belongs to the connection, so that
 * nothing of it is left, whatever ends the sync. A role that may not create temporary tables gets one in the schema of
 * its stream. The connection holds an advisory lock by its name; a later sync drops those without a lock.
 */
export class Stage {
  private columns = 1;

  private constructor(
    private readonly session: Session,
    readonly sql: string,
  ) {}

  /** @param isOrdered whether a line ends with the number of its record */
  static async create(
    session: Session,
    schema: string,
    columns: readonly TargetColumn[],
    isOrdered: boolean,
  ): Promise<Stage> {
    const name = `${PREFIX}${randomBytes(12).toString('hex')}`;
    const stage = new Stage(
      session,
      session.mayUseTemporary ? `pg_temp.${escapeIdentifier(name)}` : qualified(schema, name),
    );
    const first = [`${escapeIdentifier(stageColumn(0))} timestamptz`, ...(isOrdered ? ['"seq" bigint'] : [])];
    if (!session.mayUseTemporary) await claim(session, schema, name);
    const kind = session.mayUseTemporary ? 'TEMPORARY' : 'UNLOGGED';
    await session.run(`CREATE ${kind} TABLE ${stage.sql} (${first.join(', ')})`);
    await session.run(`COMMENT ON TABLE ${stage.sql} IS ${escapeLiteral(COMMENT)}`);
    await stage.add(columns);
    return stage;
  }

  async add(columns: readonly TargetColumn[]): Promise<void> {
    if (columns.length === 0) return;
    const actions = columns.map(
      ({ type }) => `ADD COLUMN ${escapeIdentifier(stageColumn(this.columns++))} ${type}`,
    );
    await this.session.run(`ALTER TABLE ${this.sql} ${actions.join(', ')}`);
  }

  /** The first columns, as many as lines have values. */
  columnList(width: number): string {
    return Array.from({ length: width + 1 }, (_, index) => escapeIdentifier(stageColumn(index))).join(', ');
  }

  async clear(): Promise<void> {
    await this.session.run(`TRUNCATE ${this.sql}`);
  }

  async drop(): Promise<void> {
    await this.session.run(`DROP TABLE ${this.sql}`);
  }

  /** Called when the sync ends in any way, also on a broken connection. */
  async abandon(): Promise<void> {
    if (this.session.mayUseTemporary) return;
    try {
      await this.session.rollback();
      await this.session.run(`DROP TABLE IF EXISTS ${this.sql}`);
      await this.session.commit();
    } catch {
      // The reason why the sync failed must not be replaced by this one. The next sync drops the table.
    }
  }
}

/** Locks a name for as long as the connection lasts, and drops the tables of connections that are gone. */
async function claim(session: Session, schema: string, name: string): Promise<void> {
  await session.run('SELECT pg_advisory_lock(hashtextextended($1, 0))', [name]);
  const found = await session.run<{ name: string }>(
    `SELECT c.relname AS "name" FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relname LIKE $2 AND c.relkind = 'r' AND obj_description(c.oid, 'pg_class') = $3`,
    [schema, `${PREFIX.replaceAll('_', '\\_')}%`, COMMENT],
  );
  for (const left of found) {
    const [lock] = await session.run<{ free: boolean }>(
      'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS "free"',
      [left.name],
    );
    // The connection's own stages are locked by itself, which does not keep it from locking them again.
    if (lock?.free === true && !session.stages.has(left.name))
      await session.run(`DROP TABLE IF EXISTS ${qualified(schema, left.name)}`);
  }
  session.stages.add(name);
}
