import type { ProcessIdentity } from '../data-dir/process-identity';
import type { Database } from './database';
import type { Failure } from './jobs';

/** A stream as states and counts name it; the namespace is empty where there is none. */
export interface StreamName {
  readonly name: string;
  readonly namespace: string;
}

/** A committed state and the rows that it stands for, by stream. */
export interface Commit {
  /** The stream that it describes; an empty name stands for the whole connection. */
  readonly stream: StreamName;
  /** The state to hand to the source when it goes on from here, as JSON. */
  readonly text: string;
  readonly tallies: readonly (StreamName & { readonly rows: number; readonly bytes: number })[];
}

/** Attempts, their committed states and the processes that they run. */
export class AttemptStore {
  constructor(private readonly db: Database) {}

  /** Opens the next attempt of a job and returns its number, from 0. */
  start(jobId: number, at: Date): number {
    const row = this.db.one('SELECT COUNT(*) AS "count" FROM "attempts" WHERE "job_id" = ?', jobId);
    const number = row?.integer('count') ?? 0;
    this.db.run(
      `INSERT INTO "attempts" ("job_id", "number", "status", "started_at") VALUES (?, ?, 'running', ?)`,
      jobId,
      number,
      at.getTime(),
    );
    return number;
  }

  /** Closes the running attempt of a job. */
  end(jobId: number, status: 'succeeded' | 'failed' | 'cancelled', at: Date, failure: Failure | null): void {
    this.db.run(
      `UPDATE "attempts" SET "status" = ?, "ended_at" = ?, "failure_type" = ?, "failure_origin" = ?,
         "failure_message" = ? WHERE "job_id" = ? AND "status" = 'running'`,
      status,
      at.getTime(),
      failure?.type ?? null,
      failure?.origin ?? null,
      failure?.message ?? null,
      jobId,
    );
  }

  /** Keeps a state together with the rows that it stands for: both or neither. */
  commit(connectionId: string, jobId: number, commit: Commit): void {
    const { name, namespace } = commit.stream;
    this.db.transaction(() => {
      this.db.run(
        `INSERT OR REPLACE INTO "states" ("connection_id", "namespace", "name", "message", "job_id") VALUES (?, ?, ?, ?, ?)`,
        connectionId,
        namespace,
        name,
        commit.text,
        jobId,
      );
      for (const tally of commit.tallies) this.addRows(jobId, tally, tally.rows, tally.bytes);
    });
  }

  /** Counts rows that no state follows, once the destination has ended well. */
  addRows(jobId: number, { name, namespace }: StreamName, rows: number, bytes: number): void {
    this.db.run(
      `INSERT INTO "job_streams" ("job_id", "namespace", "name", "rows", "bytes") VALUES (?, ?, ?, ?, ?)
       ON CONFLICT ("job_id", "namespace", "name")
       DO UPDATE SET "rows" = "rows" + excluded."rows", "bytes" = "bytes" + excluded."bytes"`,
      jobId,
      namespace,
      name,
      rows,
      bytes,
    );
  }

  /** Forgets what earlier attempts of a job brought of a stream that starts from its beginning. */
  restartStream(connectionId: string, jobId: number, { name, namespace }: StreamName): void {
    this.db.transaction(() => {
      this.db.run(
        'DELETE FROM "job_streams" WHERE "job_id" = ? AND "namespace" = ? AND "name" = ?',
        jobId,
        namespace,
        name,
      );
      this.forgetState(connectionId, { name, namespace });
    });
  }

  forgetState(connectionId: string, { name, namespace }: StreamName): void {
    this.db.run(
      'DELETE FROM "states" WHERE "connection_id" = ? AND "namespace" = ? AND "name" = ?',
      connectionId,
      namespace,
      name,
    );
  }

  /** The states of a connection and the jobs that brought them. */
  states(connectionId: string): { stream: StreamName; message: string; jobId: number }[] {
    return this.db.all('SELECT * FROM "states" WHERE "connection_id" = ?', connectionId).map((row) => ({
      stream: { name: row.text('name'), namespace: row.text('namespace') },
      message: row.text('message'),
      jobId: row.integer('job_id'),
    }));
  }

  /** Rows committed so far by a job. */
  rowsOf(jobId: number): number {
    const row = this.db.one(
      'SELECT COALESCE(SUM("rows"), 0) AS "rows" FROM "job_streams" WHERE "job_id" = ?',
      jobId,
    );
    return row?.integer('rows') ?? 0;
  }

  addProcess(jobId: number, { pid, started }: ProcessIdentity): void {
    this.db.run('INSERT INTO "processes" ("pid", "started", "job_id") VALUES (?, ?, ?)', pid, started, jobId);
  }

  forgetProcess(pid: number): void {
    this.db.run('DELETE FROM "processes" WHERE "pid" = ?', pid);
  }

  /** Processes that were not seen to end. */
  processes(): ProcessIdentity[] {
    return this.db
      .all('SELECT "pid", "started" FROM "processes"')
      .map((row) => ({ pid: row.integer('pid'), started: row.textOrNull('started') }));
  }
}
