import { streamKey, type StreamName } from '../protocol/stream-name';
import type { Database } from './database';
import type { Row } from './row';

/** The counts of one stream in one attempt. */
export interface AttemptStream extends StreamName {
  readonly jobId: number;
  readonly attempt: number;
  /** Rows and bytes from the source. */
  readonly rowsEmitted: number;
  readonly bytesEmitted: number;
  /** Rows and bytes that the destination has committed; 0 for an overwrite that failed. */
  readonly rowsCommitted: number;
  readonly bytesCommitted: number;
}

/** Jobs of a connection whose counts by stream are kept. */
const MAX_JOBS_OF_CONNECTION = 500;

/** Rows and bytes of a stream. */
interface Counts extends StreamName {
  readonly rows: number;
  readonly bytes: number;
}

/** Stores the counts of attempts by stream. */
export class AttemptStreamStore {
  constructor(private readonly db: Database) {}

  /** Stores what the source of an attempt sent, at its end. Only the counts of the newest jobs are kept. */
  saveEmitted(connectionId: string, jobId: number, attempt: number, streams: readonly Counts[]): void {
    this.db.transaction(() => {
      this.db.run(
        `DELETE FROM "attempt_streams" WHERE "job_id" = (SELECT "id" FROM "jobs" WHERE "connection_id" = ?
           ORDER BY "created_at" DESC, "id" DESC LIMIT 1 OFFSET ?)`,
        connectionId,
        MAX_JOBS_OF_CONNECTION,
      );
      for (const { name, namespace, rows, bytes } of streams)
        this.db.run(
          `INSERT INTO "attempt_streams" ("job_id", "number", "namespace", "name", "rows_emitted", "bytes_emitted")
           VALUES (?, ?, ?, ?, ?, ?)
           ON CONFLICT ("job_id", "number", "namespace", "name")
           DO UPDATE SET "rows_emitted" = excluded."rows_emitted", "bytes_emitted" = excluded."bytes_emitted"`,
          jobId,
          attempt,
          namespace,
          name,
          rows,
          bytes,
        );
    });
  }

  addCommitted(jobId: number, attempt: number, { name, namespace, rows, bytes }: Counts): void {
    this.db.run(
      `INSERT INTO "attempt_streams" ("job_id", "number", "namespace", "name", "rows_committed", "bytes_committed")
       VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT ("job_id", "number", "namespace", "name")
       DO UPDATE SET "rows_committed" = "rows_committed" + excluded."rows_committed",
         "bytes_committed" = "bytes_committed" + excluded."bytes_committed"`,
      jobId,
      attempt,
      namespace,
      name,
      rows,
      bytes,
    );
  }

  /** The rows of a failed overwrite did not replace the old ones. */
  resetCommitted(jobId: number, { name, namespace }: StreamName): void {
    this.db.run(
      `UPDATE "attempt_streams" SET "rows_committed" = 0, "bytes_committed" = 0
       WHERE "job_id" = ? AND "namespace" = ? AND "name" = ?`,
      jobId,
      namespace,
      name,
    );
  }

  /** The number of counts by stream of some jobs. */
  count(jobIds: readonly number[]): number {
    const row = this.db.one(
      `SELECT COUNT(*) AS "count" FROM "attempt_streams" WHERE "job_id" IN (SELECT "value" FROM json_each(?))`,
      JSON.stringify(jobIds),
    );
    return row?.integer('count') ?? 0;
  }

  /** The counts of some jobs by attempt, with an empty name for all streams. */
  totals(jobIds: readonly number[]): AttemptStream[] {
    return this.db
      .all(
        `SELECT "job_id", "number", '' AS "namespace", '' AS "name",
           SUM("rows_emitted") AS "rows_emitted", SUM("bytes_emitted") AS "bytes_emitted",
           SUM("rows_committed") AS "rows_committed", SUM("bytes_committed") AS "bytes_committed"
         FROM "attempt_streams" WHERE "job_id" IN (SELECT "value" FROM json_each(?))
         GROUP BY "job_id", "number" ORDER BY "job_id", "number"`,
        JSON.stringify(jobIds),
      )
      .map(toAttemptStream);
  }

  /** The counts of some jobs, ordered by job, attempt and stream. */
  list(jobIds: readonly number[]): AttemptStream[] {
    return this.db
      .all(
        `SELECT * FROM "attempt_streams" WHERE "job_id" IN (SELECT "value" FROM json_each(?))
         ORDER BY "job_id", "number", "namespace", "name"`,
        JSON.stringify(jobIds),
      )
      .map(toAttemptStream);
  }
}

/**
 * The counts of a job by stream. An attempt that committed nothing counts only if it is the last one, since its records were
 * sent again.
 */
export function countsOfJob(streams: readonly AttemptStream[]): AttemptStream[] {
  const last = Math.max(...streams.map(({ attempt }) => attempt));
  const sums = new Map<string, AttemptStream>();
  for (const stream of streams) {
    if (stream.attempt !== last && stream.rowsCommitted === 0) continue;
    const before = sums.get(streamKey(stream));
    sums.set(streamKey(stream), before === undefined ? stream : sumOf(before, stream));
  }
  return [...sums.values()];
}

function sumOf(one: AttemptStream, other: AttemptStream): AttemptStream {
  return {
    ...other,
    rowsEmitted: one.rowsEmitted + other.rowsEmitted,
    bytesEmitted: one.bytesEmitted + other.bytesEmitted,
    rowsCommitted: one.rowsCommitted + other.rowsCommitted,
    bytesCommitted: one.bytesCommitted + other.bytesCommitted,
  };
}

function toAttemptStream(row: Row): AttemptStream {
  return {
    jobId: row.integer('job_id'),
    attempt: row.integer('number'),
    name: row.text('name'),
    namespace: row.text('namespace'),
    rowsEmitted: row.integer('rows_emitted'),
    bytesEmitted: row.integer('bytes_emitted'),
    rowsCommitted: row.integer('rows_committed'),
    bytesCommitted: row.integer('bytes_committed'),
  };
}
