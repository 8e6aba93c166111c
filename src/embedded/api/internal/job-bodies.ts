import { type JsonObject } from '../../platform/json';
import { namespaceOf, type StreamName } from '../../protocol/stream-name';
import { countsOfJob, type AttemptStream } from '../../store/attempt-streams';
import type { LogEvent } from '../../store/attempt-logs';
import type { Attempt } from '../../store/attempts';
import type { Failure } from '../../store/failure';
import type { Job, JobType } from '../../store/jobs';
import { epochSeconds } from '../response-bodies';
import { present } from './input';

/** Airbyte's names for the types of jobs in its internal API. */
export const CONFIG_TYPES = ['sync', 'reset_connection', 'refresh', 'clear'] as const;
export type ConfigType = (typeof CONFIG_TYPES)[number];

/** The type of a job for the public API. */
export function jobTypeOf(configType: ConfigType): JobType {
  return configType === 'reset_connection' ? 'reset' : configType;
}

/** The type of a job for the internal API. */
export function configTypeOf(type: JobType): ConfigType {
  return type === 'reset' ? 'reset_connection' : type;
}

/** A job with its attempts and their counts. */
export interface JobRecord {
  readonly job: Job;
  readonly attempts: readonly Attempt[];
  readonly streams: readonly AttemptStream[];
  /** The streams of the connection. */
  readonly enabled: readonly StreamName[];
}

/** A JobRead of Airbyte. Times are epoch seconds. */
export function internalJobBody({ job, streams, enabled }: JobRecord): JsonObject {
  const counts = countsOfJob(streams);
  return present({
    id: job.id,
    configType: configTypeOf(job.type),
    configId: job.connectionId,
    enabledStreams: enabled.map(descriptorOf),
    createdAt: epochSeconds(job.createdAt),
    updatedAt: epochSeconds(job.updatedAt),
    startedAt: job.startedAt === null ? null : epochSeconds(job.startedAt),
    status: job.status,
    ...scopeBody(job),
    aggregatedStats: totalsOf(counts),
    streamAggregatedStats: counts.filter(isNamed).map((stream) => ({
      ...streamNames(stream),
      ...statsOf(stream),
      wasBackfilled: false,
      wasResumed: false,
    })),
  });
}

/** The sum over all streams has no name. */
function isNamed({ name }: AttemptStream): boolean {
  return name !== '';
}

function scopeBody({ type, scope }: Job): JsonObject {
  if (scope === null) return {};
  const streams = scope.streams.map(descriptorOf);
  return type === 'refresh'
    ? { refreshConfig: { streamsToRefresh: streams } }
    : { resetConfig: { streamsToReset: streams } };
}

/** A JobInfoRead of Airbyte without logs. */
export function jobWithAttempts(record: JobRecord): JsonObject {
  return {
    job: internalJobBody(record),
    attempts: record.attempts.map((attempt) => ({ attempt: attemptBody(attempt, record.streams) })),
  };
}

/** An AttemptRead of Airbyte. Times are epoch seconds, except that of a failure. */
export function attemptBody(attempt: Attempt, streams: readonly AttemptStream[]): JsonObject {
  const own = streams.filter((stream) => stream.attempt === attempt.number);
  const totals = totalsOf(own);
  return present({
    id: attempt.number,
    status: attempt.status === 'cancelled' ? 'failed' : attempt.status,
    createdAt: epochSeconds(attempt.startedAt),
    updatedAt: epochSeconds(attempt.endedAt ?? attempt.startedAt),
    endedAt: attempt.endedAt === null ? null : epochSeconds(attempt.endedAt),
    bytesSynced: totals.bytesCommitted,
    recordsSynced: totals.recordsCommitted,
    totalStats: totals,
    streamStats: own.filter(isNamed).map((stream) => ({ ...streamNames(stream), stats: statsOf(stream) })),
    failureSummary:
      attempt.failure === null
        ? null
        : {
            failures: [failureBody(attempt.failure, attempt.endedAt ?? attempt.startedAt)],
            partialSuccess: totals.recordsCommitted > 0,
          },
  });
}

/** A FailureReason of Airbyte. Its timestamp is in epoch milliseconds. */
export function failureBody(failure: Failure, at: Date): JsonObject {
  return present({
    failureOrigin: failure.origin === 'engine' ? 'airbyte_platform' : failure.origin,
    failureType: failure.type,
    externalMessage: failure.message,
    internalMessage: failure.internalMessage ?? failure.message,
    stacktrace: failure.stackTrace,
    retryable: failure.type !== 'config_error' && failure.type !== 'manual_cancellation',
    timestamp: at.getTime(),
  });
}

/** A stream as jobs name it. */
export function descriptorOf(stream: StreamName): JsonObject {
  return present({ name: stream.name, namespace: namespaceOf(stream) });
}

/** A stream as statistics name it. */
export function streamNames(stream: StreamName): JsonObject {
  return present({ streamName: stream.name, streamNamespace: namespaceOf(stream) });
}

interface Stats extends JsonObject {
  readonly recordsEmitted: number;
  readonly bytesEmitted: number;
  readonly recordsCommitted: number;
  readonly bytesCommitted: number;
  readonly recordsRejected: number;
}

/** No connector here rejects records. */
export function statsOf(stream: AttemptStream): Stats {
  return {
    recordsEmitted: stream.rowsEmitted,
    bytesEmitted: stream.bytesEmitted,
    recordsCommitted: stream.rowsCommitted,
    bytesCommitted: stream.bytesCommitted,
    recordsRejected: 0,
  };
}

export function totalsOf(streams: readonly AttemptStream[]): Stats {
  const sum = (count: (stream: AttemptStream) => number): number =>
    streams.reduce((total, stream) => total + count(stream), 0);
  return {
    recordsEmitted: sum(({ rowsEmitted }) => rowsEmitted),
    bytesEmitted: sum(({ bytesEmitted }) => bytesEmitted),
    recordsCommitted: sum(({ rowsCommitted }) => rowsCommitted),
    bytesCommitted: sum(({ bytesCommitted }) => bytesCommitted),
    recordsRejected: 0,
  };
}

/** An AttemptInfoRead of Airbyte: an attempt with its log, whose times are epoch milliseconds. */
export function attemptInfoBody(
  attempt: Attempt,
  streams: readonly AttemptStream[],
  events: readonly LogEvent[],
): JsonObject {
  return {
    attempt: attemptBody(attempt, streams),
    logType: 'structured',
    logs: {
      version: '1',
      events: events.map(({ atMs, message, level, source, stackTrace }) =>
        present({ timestamp: atMs, message, level, logSource: source, caller: {}, stackTrace }),
      ),
    },
  };
}
