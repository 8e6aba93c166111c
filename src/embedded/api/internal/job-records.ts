import { isClear } from '../../engine/job-streams';
import { streamKey, type StreamName } from '../../protocol/stream-name';
import type { LogEvent } from '../../store/attempt-logs';
import type { AttemptStream, AttemptStreamStore } from '../../store/attempt-streams';
import type { AttemptStore } from '../../store/attempts';
import type { ConnectionStore } from '../../store/connections';
import type { Job } from '../../store/jobs';
import type { JobRecord } from './job-bodies';

/** Sources of the records of jobs. */
export interface JobRecordSources {
  readonly connections: ConnectionStore;
  readonly attempts: AttemptStore;
  readonly attemptStreams: AttemptStreamStore;
  /** Counts of the rows that the source of a running job has sent in its current attempt. */
  readonly emittedOf: (jobId: number) => readonly EmittedStream[];
  /** The log of an attempt, also while it runs. */
  readonly logOf: (jobId: number, attempt: number) => readonly LogEvent[];
}

/** Counts by stream in one answer. */
const MAX_COUNTS = 20_000;

/** Records of a stream that the source has sent. */
interface EmittedStream extends StreamName {
  readonly rows: number;
  readonly bytes: number;
}

/** Jobs with their attempts and counts. The number of queries does not depend on the number of jobs. */
export function jobRecords(sources: JobRecordSources, jobs: readonly Job[]): JobRecord[] {
  const ids = jobs.map(({ id }) => id);
  const attempts = byJob(sources.attempts.list(ids));
  const streams = byJob(countsOf(sources, ids));
  const enabled = new Map(
    [...new Set(jobs.map(({ connectionId }) => connectionId))].map((id) => [id, streamsOf(sources, id)]),
  );
  return jobs.map((job) => ({
    job,
    attempts: attempts.get(job.id) ?? [],
    streams: withEmitted(sources, job, attempts.get(job.id)?.at(-1)?.number ?? 0, streams.get(job.id) ?? []),
    enabled: isClear(job) ? (job.scope?.streams ?? []) : (enabled.get(job.connectionId) ?? []),
  }));
}

/** Counts by stream, or only the sums of each attempt if there are too many for one answer. */
function countsOf({ attemptStreams }: JobRecordSources, ids: readonly number[]): AttemptStream[] {
  return attemptStreams.count(ids) > MAX_COUNTS ? attemptStreams.totals(ids) : attemptStreams.list(ids);
}

function byJob<T extends { readonly jobId: number }>(rows: readonly T[]): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const row of rows) {
    const group = groups.get(row.jobId);
    if (group === undefined) groups.set(row.jobId, [row]);
    else group.push(row);
  }
  return groups;
}

function streamsOf({ connections }: JobRecordSources, connectionId: string): StreamName[] {
  const { streams = [] } = connections.find(connectionId) ?? {};
  return streams.map(({ name, namespace }) => ({ name, namespace: namespace ?? '' }));
}

/** Adds what a running attempt has sent so far, which is stored only at its end. */
function withEmitted(
  { emittedOf }: JobRecordSources,
  job: Job,
  attempt: number,
  stored: readonly AttemptStream[],
): AttemptStream[] {
  const emitted = job.status === 'running' ? emittedOf(job.id) : [];
  const committed = new Map(
    stored.filter((one) => one.attempt === attempt).map((one) => [streamKey(one), one]),
  );
  const current = emitted.map(({ name, namespace, rows, bytes }) => {
    const { rowsCommitted = 0, bytesCommitted = 0 } = committed.get(streamKey({ name, namespace })) ?? {};
    return {
      jobId: job.id,
      attempt,
      name,
      namespace,
      rowsEmitted: rows,
      bytesEmitted: bytes,
      rowsCommitted,
      bytesCommitted,
    };
  });
  const renewed = new Set(current.map(streamKey));
  return [...stored.filter((one) => one.attempt !== attempt || !renewed.has(streamKey(one))), ...current];
}
