import type { Client, QueryResultRow } from 'pg';
import { copyIn } from './copy-in';

/** The size of the buffered rows of all streams at which they are sent. */
const BATCH_BYTES = 1024 * 1024;

/**
 * The connection and transaction of a sync, shared by its streams. Closing the connection rolls back, so a failed sync
 * needs no cleanup.
 */
export class Session {
  private inTransaction = false;
  /** The number of the running or the last transaction, from 1. */
  transaction = 0;
  private bufferedBytes = 0;
  private running: Promise<void> = Promise.resolve();
  /** The names of this connection's staging tables that are not temporary. */
  readonly stages = new Set<string>();

  private constructor(
    private readonly client: Client,
    /** The server's version number, for example 150004. */
    readonly version: number,
    /** Whether the role may create temporary tables. */
    readonly canCreateTemporary: boolean,
  ) {}

  static async open(client: Client): Promise<Session> {
    const { rows } = await client.query<{ version: string; temporary: boolean }>(
      `SELECT current_setting('server_version_num') AS version,
         has_database_privilege(current_database(), 'TEMPORARY') AS temporary`,
    );
    return new Session(client, Number(rows[0]?.version), rows[0]?.temporary === true);
  }

  /** Runs a statement inside the transaction. */
  async run<R extends QueryResultRow>(statement: string, values: readonly unknown[] = []): Promise<R[]> {
    await this.beginTransaction();
    const { rows } = await this.client.query<R>(statement, [...values]);
    return rows;
  }

  /** Runs a statement inside the transaction. Returns the number of changed rows. */
  async change(statement: string): Promise<number> {
    await this.beginTransaction();
    const { rowCount } = await this.client.query(statement);
    return rowCount ?? 0;
  }

  /** Sends rows in COPY's text format. Returns the number of stored rows. */
  async copy(into: string, rows: Buffer): Promise<number> {
    await this.beginTransaction();
    return copyIn(this.client, `COPY ${into} FROM STDIN`, rows);
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

  /** Locks a table name until the end of the transaction, so only one sync at a time changes the table. */
  async lockName(schema: string, table: string): Promise<void> {
    await this.run('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
      JSON.stringify(['airbyte destination', schema, table]),
    ]);
  }

  /** Begins work for which nobody waits before {@link settled}. */
  begin(work: () => Promise<void>): void {
    this.running = work();
    // An unhandled rejection would end the process before the next call of `settled` reports it.
    this.running.catch(() => undefined);
  }

  /** Waits for the work that has begun, and throws its error. */
  async settled(): Promise<void> {
    await this.running;
  }

  /** Waits for the end of the work that has begun, whatever its outcome. */
  async idle(): Promise<void> {
    await Promise.allSettled([this.running]);
  }

  /** Adds to the number of buffered bytes; negative after a flush. */
  addBufferedBytes(bytes: number): void {
    this.bufferedBytes += bytes;
  }

  get isBatchFull(): boolean {
    return this.bufferedBytes >= BATCH_BYTES;
  }

  private async beginTransaction(): Promise<void> {
    if (this.inTransaction) return;
    await this.client.query('BEGIN');
    this.inTransaction = true;
    this.transaction++;
  }
}
