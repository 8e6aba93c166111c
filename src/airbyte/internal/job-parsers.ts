import type { AirbyteJob } from '../client/model/airbyte-types';
import { isMembers, type Members, members, optionalText, ShapeError } from '../client/model/parse';
import type { DetailedJob, FailureReason, JobAttempt, StreamCounts, SyncProgress } from './internal-types';
import { anyCount, anyInstant, anyItems, anyJobId, anyMembers } from './lenient';

/** Airbyte makes at most some ten attempts for each run. */
const MAX_ATTEMPTS = 100;
const MAX_FAILURES = 100;
/** More streams than a connection of any known user has. */
const MAX_STREAMS = 10_000;
const MAX_JOBS = 200;

/** Answer of `jobs/list`. Streams are left out: a page of jobs may have a million of them. */
export function parseJobList(body: unknown): readonly DetailedJob[] {
  const { jobs } = members(body, 'answer');
  if (!Array.isArray(jobs)) throw new ShapeError('jobs', 'an array');
  return anyItems(jobs, MAX_JOBS, (row) => parseJobRow(row, 0));
}

/** Answer of `jobs/get_without_logs`. */
export function parseJobDetails(body: unknown): DetailedJob {
  const job = parseJobRow(members(body, 'answer'), MAX_STREAMS);
  if (job === null) throw new ShapeError('job', 'an object with an id');
  return job;
}

/** `jobs/list` has attempts, `jobs/get_without_logs` has objects with an attempt and its log. */
function parseJobRow(row: Members, maxStreams: number): DetailedJob | null {
  const job = anyMembers(row['job']);
  const jobId = anyJobId(job['id']);
  if (jobId === null) return null;
  return {
    jobId,
    startedAt: anyInstant(job, 'startedAt'),
    attempts: anyItems(row['attempts'], MAX_ATTEMPTS, (item) =>
      parseAttempt(isMembers(item['attempt']) ? item['attempt'] : item),
    ).sort((a, b) => a.number - b.number),
    streams: anyItems(job['streamAggregatedStats'], maxStreams, parseStreamCounts),
  };
}

function parseAttempt(from: Members): JobAttempt | null {
  const number = anyCount(from, 'id');
  if (number === null) return null;
  const stats = anyMembers(from['totalStats']);
  return {
    number,
    status: optionalText(from, 'status'),
    startedAt: anyInstant(from, 'createdAt'),
    endedAt: anyInstant(from, 'endedAt'),
    rows: anyCount(stats, 'recordsCommitted') ?? anyCount(from, 'recordsSynced'),
    bytes: anyCount(stats, 'bytesCommitted') ?? anyCount(from, 'bytesSynced'),
    failures: anyItems(anyMembers(from['failureSummary'])['failures'], MAX_FAILURES, parseFailure),
  };
}

export function parseFailure(from: Members): FailureReason {
  return {
    origin: optionalText(from, 'failureOrigin'),
    type: optionalText(from, 'failureType'),
    message: optionalText(from, 'externalMessage'),
    retryable: typeof from['retryable'] === 'boolean' ? from['retryable'] : null,
    at: anyInstant(from, 'timestamp'),
  };
}

function parseStreamCounts(from: Members): StreamCounts | null {
  const name = optionalText(from, 'streamName');
  if (name === null) return null;
  return {
    name,
    namespace: optionalText(from, 'streamNamespace'),
    rowsEmitted: anyCount(from, 'recordsEmitted'),
    rowsCommitted: anyCount(from, 'recordsCommitted'),
    bytesEmitted: anyCount(from, 'bytesEmitted'),
    bytesCommitted: anyCount(from, 'bytesCommitted'),
    rowsRejected: anyCount(from, 'recordsRejected'),
  };
}

/** Answer of `connections/sync_progress`; null if no sync is in progress. */
export function parseSyncProgress(body: unknown): SyncProgress | null {
  const from = members(body, 'answer');
  const jobId = anyJobId(from['jobId']);
  if (jobId === null) {
    if (optionalText(from, 'connectionId') === null) throw new ShapeError('connectionId', 'a text');
    return null;
  }
  return {
    jobId,
    startedAt: anyInstant(from, 'syncStartedAt'),
    rowsEmitted: anyCount(from, 'recordsEmitted'),
    rowsCommitted: anyCount(from, 'recordsCommitted'),
    bytesEmitted: anyCount(from, 'bytesEmitted'),
    bytesCommitted: anyCount(from, 'bytesCommitted'),
    streams: anyItems(from['streams'], MAX_STREAMS, parseStreamCounts),
  };
}

/**
 * Answer of `connections/refresh` and `connections/clear/stream`; null if no job was started.
 * Both have the job in `job`, one of them with its attempts beside it.
 */
export function parseStartedJob(body: unknown, connectionId: string): AirbyteJob | null {
  const { job: answered } = members(body, 'answer');
  if (answered === undefined || answered === null) return null;
  const outer = members(answered, 'job');
  const job = isMembers(outer['job']) ? outer['job'] : outer;
  const jobId = anyJobId(job['id']);
  const createdAt = anyInstant(job, 'createdAt');
  if (jobId === null || createdAt === null) throw new ShapeError('job', 'an object with id and createdAt');
  const type = optionalText(job, 'configType') ?? 'unknown';
  return {
    jobId,
    connectionId,
    status: optionalText(job, 'status') ?? 'unknown',
    jobType: type === 'reset_connection' ? 'reset' : type,
    startTimeMs: createdAt.getTime(),
    lastUpdatedAtMs: anyInstant(job, 'updatedAt')?.getTime() ?? null,
    duration: null,
    rowsSynced: null,
    bytesSynced: null,
  };
}
