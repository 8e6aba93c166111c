import { quoted } from '../postgres/identifiers';
import type { TargetColumn } from './columns';
import { stageColumn } from './dedup';
import type { Session } from './session';

/**
 * A temporary table for the rows of one stream. It belongs to the connection: whatever ends the sync, nothing of it is
 * left in the user's schemas.
 */
export class Stage {
  private columns = 1;

  private constructor(
    private readonly session: Session,
    private readonly name: string,
  ) {}

  /** @param isOrdered whether a line ends with the number of its record */
  static async create(
    session: Session,
    columns: readonly TargetColumn[],
    isOrdered: boolean,
  ): Promise<Stage> {
    const stage = new Stage(session, session.nextStage());
    const first = [`${quoted(stageColumn(0))} timestamptz`, ...(isOrdered ? ['"seq" bigint'] : [])];
    await session.run(`CREATE TEMPORARY TABLE ${quoted(stage.name)} (${first.join(', ')})`);
    await stage.add(columns);
    return stage;
  }

  get sql(): string {
    return `pg_temp.${quoted(this.name)}`;
  }

  async add(columns: readonly TargetColumn[]): Promise<void> {
    if (columns.length === 0) return;
    const actions = columns.map(({ type }) => `ADD COLUMN ${quoted(stageColumn(this.columns++))} ${type}`);
    await this.session.run(`ALTER TABLE ${this.sql} ${actions.join(', ')}`);
  }

  /** The first columns, as many as lines have values. */
  columnList(width: number): string {
    return Array.from({ length: width + 1 }, (_, index) => quoted(stageColumn(index))).join(', ');
  }

  async clear(): Promise<void> {
    await this.session.run(`TRUNCATE ${this.sql}`);
  }

  async drop(): Promise<void> {
    await this.session.run(`DROP TABLE ${this.sql}`);
  }
}
