import type { Client, QueryResultRow } from 'pg';
import { copyIn } from './copy-in';

/** Rows wait in memory until they have so many bytes, over all streams. */
const BATCH_BYTES = 1024 * 1024;

/**
 * The one connection of a sync, and its transaction: streams share both. Dropping the connection rolls back, so a
 * sync that fails needs to undo nothing.
 */
export class Session {
  private inTransaction = false;
  private waitingBytes = 0;
  /** The names of this connection's stages that are no temporary tables. */
  readonly stages = new Set<string>();

  private constructor(
    private readonly client: Client,
    /** The server's version as a number, for example 150004. */
    readonly version: number,
    /** Whether the role may create temporary tables, which is usual. */
    readonly mayUseTemporary: boolean,
  ) {}

  static async open(client: Client): Promise<Session> {
    const { rows } = await client.query<{ version: string; temporary: boolean }>(
      `SELECT current_setting('server_version_num') AS "version",
         has_database_privilege(current_database(), 'TEMPORARY') AS "temporary"`,
    );
    return new Session(client, Number(rows[0]?.version), rows[0]?.temporary === true);
  }

  /** Runs a statement inside the transaction. */
  async run<R extends QueryResultRow>(statement: string, values: readonly unknown[] = []): Promise<R[]> {
    await this.begin();
    const { rows } = await this.client.query<R>(statement, [...values]);
    return rows;
  }

  /** Runs a statement inside the transaction and returns how many rows it changed. */
  async change(statement: string): Promise<number> {
    await this.begin();
    const { rowCount } = await this.client.query(statement);
    return rowCount ?? 0;
  }

  /** Stores rows in COPY's text format, one character per byte, and returns how many were stored. */
  async copy(into: string, rows: readonly string[]): Promise<number> {
    await this.begin();
    return copyIn(this.client, `COPY ${into} FROM STDIN`, Buffer.from(rows.join(''), 'latin1'));
  }

  async commit(): Promise<void> {
    if (!this.inTransaction) return;
    await this.client.query('COMMIT');
    this.inTransaction = false;
  }

  async rollback(): Promise<void> {
    if (!this.inTransaction) return;
    this.inTransaction = false;
    await this.client.query('ROLLBACK');
  }

  /** One sync at a time makes or changes a table; the lock ends with the transaction. */
  async lockName(schema: string, table: string): Promise<void> {
    await this.run('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
      JSON.stringify(['airbyte destination', schema, table]),
    ]);
  }

  /** Counts bytes that wait in memory, or no longer do. */
  addWaiting(bytes: number): void {
    this.waitingBytes += bytes;
  }

  get mustFlush(): boolean {
    return this.waitingBytes >= BATCH_BYTES;
  }

  private async begin(): Promise<void> {
    if (this.inTransaction) return;
    await this.client.query('BEGIN');
    this.inTransaction = true;
  }
}
