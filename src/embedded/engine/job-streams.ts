import { MODE_PARTS } from '../model/sync-modes';
import { streamKey, type StreamName } from '../protocol/stream-name';
import type { Connection, ConnectionStream } from '../store/connections';
import type { Job, JobType } from '../store/jobs';

/** A job on demand. */
export interface JobOrder {
  readonly type: JobType;
  /** The streams of a refresh or a clear; null for a sync. */
  readonly streams: readonly StreamName[] | null;
  /** Whether the old rows of these streams are removed. */
  readonly replaces: boolean;
}

/** An order for a sync. */
export const SYNC: JobOrder = { type: 'sync', streams: null, replaces: false };

/** Whether a job empties its streams instead of syncing. */
export function isClear({ type }: Pick<Job, 'type'>): boolean {
  return type === 'clear' || type === 'reset';
}

/** A connection whose streams with rows to replace are overwritten. Incremental ones keep their cursor. */
export function withReplacements(connection: Connection, replaced: ReadonlySet<string>): Connection {
  return { ...connection, streams: replacing(connection.streams, replaced) };
}

/** The streams that a job reads and writes: a clear has a part of them, all other jobs have all. */
export function plannedStreams<T extends ConnectionStream>(
  job: Job,
  streams: readonly T[],
  replaced: ReadonlySet<string>,
): T[] {
  const scope = new Set((job.scope?.streams ?? []).map(streamKey));
  const planned = isClear(job) ? streams.filter((stream) => scope.has(streamKey(stream))) : streams;
  return replacing(planned, replaced);
}

/** The keys of the streams that a job reads from their beginning without replacing their rows. */
export function restartedStreams({ type, scope }: Job): ReadonlySet<string> {
  return new Set(type === 'refresh' ? (scope?.streams ?? []).map(streamKey) : []);
}

/**
 * Whether another attempt must follow a replacement: an overwrite does not compare keys, so a stream that is deduplicated
 * may have several rows of one key until the next incremental attempt.
 */
export function mustDeduplicate({ streams }: Connection, job: Job, replaced: ReadonlySet<string>): boolean {
  return (
    !isClear(job) &&
    streams.some(
      (stream) => replaced.has(streamKey(stream)) && MODE_PARTS[stream.syncMode].write === 'append_dedup',
    )
  );
}

function replacing<T extends ConnectionStream>(streams: readonly T[], replaced: ReadonlySet<string>): T[] {
  return streams.map((stream) => {
    if (!replaced.has(streamKey(stream))) return stream;
    const isIncremental = MODE_PARTS[stream.syncMode].read === 'incremental';
    return { ...stream, syncMode: isIncremental ? 'incremental_overwrite' : 'full_refresh_overwrite' };
  });
}
