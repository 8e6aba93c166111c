import type { ProcessIdentity } from '../platform/process-identity';
import type { StreamName } from '../protocol/stream-name';
import type { Database } from './database';
import { toFailure, type Failure } from './failure';
import type { Row } from './row';

const ATTEMPT_STATUSES = ['running', 'succeeded', 'failed', 'cancelled'] as const;

/** One try of a job. */
export interface Attempt {
  readonly jobId: number;
  /** Counts from 0. */
  readonly number: number;
  readonly status: (typeof ATTEMPT_STATUSES)[number];
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  readonly failure: Failure | null;
}

/** Stores attempts, their committed rows and their processes. */
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
         "failure_message" = ?, "failure_internal" = ?, "failure_stack" = ?
       WHERE "job_id" = ? AND "status" = 'running'`,
      status,
      at.getTime(),
      failure?.type ?? null,
      failure?.origin ?? null,
      failure?.message ?? null,
      failure?.internalMessage ?? null,
      failure?.stackTrace ?? null,
      jobId,
    );
  }

  /** The attempts of some jobs, ordered by job and number. */
  list(jobIds: readonly number[]): Attempt[] {
    return this.db
      .all(
        `SELECT * FROM "attempts" WHERE "job_id" IN (SELECT "value" FROM json_each(?)) ORDER BY "job_id", "number"`,
        JSON.stringify(jobIds),
      )
      .map(toAttempt);
  }

  /** Runs the work in one transaction. */
  transaction<T>(work: () => T): T {
    return this.db.transaction(work);
  }

  /** Counts rows that the destination stored. */
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

  /** Resets the row count of a stream of a job. */
  deleteRows(jobId: number, { name, namespace }: StreamName): void {
    this.db.run(
      'DELETE FROM "job_streams" WHERE "job_id" = ? AND "namespace" = ? AND "name" = ?',
      jobId,
      namespace,
      name,
    );
  }

  /** Rows of a stream committed so far by a job. */
  rowsOfStream(jobId: number, { name, namespace }: StreamName): number {
    const row = this.db.one(
      'SELECT "rows" FROM "job_streams" WHERE "job_id" = ? AND "namespace" = ? AND "name" = ?',
      jobId,
      namespace,
      name,
    );
    return row?.integer('rows') ?? 0;
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

  removeProcess(pid: number): void {
    this.db.run('DELETE FROM "processes" WHERE "pid" = ?', pid);
  }

  /** Processes without a recorded end. */
  processes(): ProcessIdentity[] {
    return this.db
      .all('SELECT "pid", "started" FROM "processes"')
      .map((row) => ({ pid: row.integer('pid'), started: row.textOrNull('started') }));
  }
}

function toAttempt(row: Row): Attempt {
  const ended = row.integerOrNull('ended_at');
  const status = row.text('status');
  return {
    jobId: row.integer('job_id'),
    number: row.integer('number'),
    status: ATTEMPT_STATUSES.find((known) => known === status) ?? 'failed',
    startedAt: new Date(row.integer('started_at')),
    endedAt: ended === null ? null : new Date(ended),
    failure: withDetails(toFailure(row), row),
  };
}

function withDetails(failure: Failure | null, row: Row): Failure | null {
  if (failure === null) return null;
  const [internalMessage, stackTrace] = [row.textOrNull('failure_internal'), row.textOrNull('failure_stack')];
  return {
    ...failure,
    ...(internalMessage === null ? {} : { internalMessage }),
    ...(stackTrace === null ? {} : { stackTrace }),
  };
}
