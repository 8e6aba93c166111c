import { stringsOf, type JsonObject } from '../../platform/json';
import type { Connection } from '../../store/connections';
import { JOB_TYPES, type Job, type JobStore } from '../../store/jobs';
import { epochSeconds } from '../response-bodies';
import { frameworkError } from '../errors';
import type { ApiRequest, Route } from '../router';
import { findConnection, operation, present } from './input';
import { configTypeOf, failureBody, internalJobBody, statsOf, streamNames, totalsOf } from './job-bodies';
import { jobRecords, type JobRecordSources } from './job-records';
import { scheduleBody } from '../schedule-body';

/** Dependencies of the operations on the state of syncs. */
export interface SyncStatusRoutesOptions extends JobRecordSources {
  readonly jobs: JobStore;
}

/** Connections of one call of `connections/status`. */
const MAX_CONNECTIONS = 1000;

/** The state of connections in one call, and the progress of a running job. */
export function syncStatusRoutes(options: SyncStatusRoutesOptions): Route[] {
  return [
    operation('/connections/sync_progress', (request) => progressOf(options, request)),
    operation('/connections/status', (request) => statusesOf(options, request)),
  ];
}

/** The counts of a running job by stream. Without one, only the id of the connection and an empty list. */
function progressOf(options: SyncStatusRoutesOptions, request: ApiRequest): JsonObject {
  const { id: connectionId } = findConnection(options.connections, request);
  const job = options.jobs.unfinishedOf(connectionId);
  const [record] = job === null ? [] : jobRecords(options, [job]);
  if (job === null || record === undefined) return { connectionId, streams: [] };
  const attempt = record.attempts.at(-1)?.number;
  const streams = record.streams.filter((stream) => stream.attempt === attempt);
  const configType = configTypeOf(job.type);
  return {
    connectionId,
    jobId: job.id,
    syncStartedAt: epochSeconds(job.startedAt ?? job.createdAt),
    configType,
    ...totalsOf(streams),
    streams: streams.map((stream) => ({ ...streamNames(stream), ...statsOf(stream), configType })),
  };
}

/** Unknown connections are left out. */
function statusesOf(options: SyncStatusRoutesOptions, { body, path }: ApiRequest): JsonObject[] {
  const ids = stringsOf(body['connectionIds']);
  if (!Array.isArray(body['connectionIds']) || ids.length > MAX_CONNECTIONS)
    throw frameworkError(
      400,
      'Bad Request',
      path,
      `connectionIds must be a list of at most ${MAX_CONNECTIONS} ids`,
    );
  return [...new Set(ids)]
    .map((id) => options.connections.find(id))
    .filter((connection) => connection !== null)
    .map((connection) => statusOf(options, connection));
}

function statusOf(options: SyncStatusRoutesOptions, connection: Connection): JsonObject {
  const { jobs, attempts } = options;
  const active = jobs.unfinishedOf(connection.id);
  const [ended] = jobs.newestOf(connection.id, JOB_TYPES, ['succeeded', 'failed', 'cancelled']);
  const [decided] = jobs.newestOf(connection.id, JOB_TYPES, ['succeeded', 'failed']);
  const [succeeded] = jobs.newestOf(connection.id, ['sync', 'refresh'], ['succeeded']);
  const [newestSync] = jobs.newestOf(connection.id, ['sync', 'refresh']);
  const last = newestSync === undefined ? undefined : attempts.list([newestSync.id]).at(-1);
  const reason = decided?.status === 'failed' ? attempts.list([decided.id]).at(-1) : undefined;
  const [activeRecord] = active === null ? [] : jobRecords(options, [active]);
  return present({
    connectionId: connection.id,
    connectionSyncStatus: syncStatusOf(connection, active, ended),
    ...scheduleBody(connection.schedule),
    lastSuccessfulSync: succeeded === undefined ? null : epochSeconds(succeeded.updatedAt),
    activeJob: activeRecord === undefined ? null : internalJobBody(activeRecord),
    lastSyncJobId: newestSync?.id,
    lastSyncAttemptNumber: last?.number,
    lastSyncJobCreatedAt: newestSync === undefined ? null : epochSeconds(newestSync.createdAt),
    failureReason: reason?.failure ? failureBody(reason.failure, reason.endedAt ?? reason.startedAt) : null,
  });
}

/** As in Airbyte, `failed` needs a person, and `incomplete` may succeed in the next run. */
function syncStatusOf({ status }: Connection, active: Job | null, ended: Job | undefined): string {
  if (active !== null) return ['pending', 'queued'].includes(active.status) ? 'queued' : 'running';
  if (status !== 'active') return 'paused';
  if (ended === undefined) return 'pending';
  if (ended.status === 'succeeded')
    return ended.type === 'sync' || ended.type === 'refresh' ? 'synced' : 'pending';
  return ended.failure?.type === 'config_error' ? 'failed' : 'incomplete';
}
