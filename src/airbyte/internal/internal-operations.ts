import type { Operation } from '../client/model/operation';
import type { RefreshMode, StreamId, WrittenSchedule } from './internal-types';

/** All job types: `jobs/list` requires them. */
const CONFIG_TYPES = ['sync', 'reset_connection', 'refresh', 'clear'];

export interface FailedJobsQuery {
  /** Null: the jobs of all connections. */
  readonly connectionId: string | null;
  readonly createdFrom: Date;
  readonly createdTo: Date;
  readonly limit: number;
  /** A multiple of `limit`: Airbyte reads whole pages. */
  readonly offset: number;
}

export interface TimelineQuery {
  readonly connectionId: string;
  readonly limit: number;
  readonly offset: number;
  /** Newest event of the first page, so that later events do not shift the pages. */
  readonly createdTo: Date | null;
  /** Types of the events; absent: all. */
  readonly types?: readonly string[];
}

/** A change of the status of a connection. */
export interface StatusChange {
  readonly connectionId: string;
  readonly status: 'active' | 'inactive';
  /** Airbyte's timeline keeps it for `inactive` only. */
  readonly reason: string;
  /** The timeline then names no user. */
  readonly isAutomatic: boolean;
}

/** A change of a connection as `connections/update` takes it. Absent members keep their values. */
export interface ConnectionChange {
  readonly scheduleType: string;
  readonly scheduleData?: object;
  readonly status?: string;
}

/** @param status absent: unchanged */
export function connectionChange(schedule: WrittenSchedule, status?: string): ConnectionChange {
  return { ...scheduleMembers(schedule), ...(status !== undefined && { status }) };
}

function scheduleMembers(schedule: WrittenSchedule): ConnectionChange {
  switch (schedule.scheduleType) {
    case 'manual':
      return { scheduleType: 'manual' };
    case 'cron': {
      const { cronExpression, timeZone } = schedule;
      return { scheduleType: 'cron', scheduleData: { cron: { cronExpression, cronTimeZone: timeZone } } };
    }
    case 'basic': {
      const { units, unit } = schedule.basicSchedule;
      const basicSchedule = { timeUnit: unit.toLowerCase(), units };
      return { scheduleType: 'basic', scheduleData: { basicSchedule } };
    }
  }
}

/** One builder for each endpoint of Airbyte's internal API that the gateway uses. */
export const internalOperations = {
  listFailedJobs: ({ connectionId, createdFrom, createdTo, limit, offset }: FailedJobsQuery): Operation =>
    read('listFailedJobs', '/jobs/list', {
      configTypes: CONFIG_TYPES,
      ...(connectionId !== null && { configId: connectionId }),
      statuses: ['failed', 'incomplete'],
      createdAtStart: createdFrom.toISOString(),
      createdAtEnd: createdTo.toISOString(),
      pagination: { pageSize: limit, rowOffset: offset },
    }),
  getJobDetails: (jobId: string): Operation =>
    read('getJobDetails', '/jobs/get_without_logs', { id: Number(jobId) }),
  getAttemptLog: (jobId: string, attemptNumber: number): Operation =>
    read('getAttemptLog', '/attempt/get_for_job', { jobId: Number(jobId), attemptNumber }),
  getSyncProgress: (connectionId: string): Operation =>
    read('getSyncProgress', '/connections/sync_progress', { connectionId }),
  listTimeline: ({ connectionId, limit, offset, createdTo, types }: TimelineQuery): Operation =>
    read('listTimeline', '/connections/events/list', {
      connectionId,
      ...(types && { eventTypes: types }),
      pagination: { pageSize: limit, rowOffset: offset },
      ...(createdTo && { createdAtEnd: createdTo.toISOString() }),
    }),
  /** A repetition adds a second event with the same content. */
  changeStatus: ({ connectionId, status, reason, isAutomatic }: StatusChange): Operation => ({
    name: 'changeStatus',
    api: 'internal',
    method: 'POST',
    path: '/connections/update_with_reason',
    body: {
      connectionUpdate: { connectionId, status },
      updateReason: reason,
      ...(isAutomatic && { autoUpdate: true }),
    },
    safety: 'idempotent',
    lane: 'read',
    expects: 'json',
  }),
  refreshConnection: (connectionId: string, mode: RefreshMode, streams: readonly StreamId[]): Operation =>
    start('refreshConnection', '/connections/refresh', {
      connectionId,
      refreshMode: mode === 'merge' ? 'Merge' : 'Truncate',
      ...(streams.length > 0 && { streams: streams.map(streamOf) }),
    }),
  /** Changes nothing, and needs no connection. */
  describeCron: (): Operation =>
    read('describeCron', '/web_backend/describe_cron_expression', { cronExpression: '0 0 0 * * ?' }),
  updateConnection: (connectionId: string, change: ConnectionChange): Operation => ({
    ...read('updateConnection', '/connections/update', { connectionId, ...change }),
    safety: 'idempotent',
  }),
  clearStreams: (connectionId: string, streams: readonly StreamId[]): Operation =>
    start('clearStreams', '/connections/clear/stream', { connectionId, streams: streams.map(streamOf) }),
};

function streamOf({ name, namespace }: StreamId): Readonly<Record<string, string>> {
  return { streamName: name, ...(namespace !== null && { streamNamespace: namespace }) };
}

function read(name: string, path: string, body: unknown): Operation {
  return { name, api: 'internal', method: 'POST', path, body, safety: 'read', lane: 'read', expects: 'json' };
}

/** Airbyte answers it like a start of a sync, after it has cancelled a running one. */
function start(name: string, path: string, body: unknown): Operation {
  return {
    name,
    api: 'internal',
    method: 'POST',
    path,
    body,
    safety: 'once',
    lane: 'start',
    expects: 'json',
  };
}
