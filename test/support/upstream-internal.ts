import { randomUUID } from 'node:crypto';
import { json, type Reply } from './upstream-replies';
import type { ScriptedUpstream } from './scripted-upstream';
import type { UpstreamRequest } from './upstream-request';
import { serveConnectors } from './serve-connectors';
import type { JobRow } from './upstream-jobs';
import { serveScheduleWrites } from './upstream-schedules';

/** A failure as the internal API writes it. */
export const CONFIG_FAILURE = {
  failureOrigin: 'source',
  failureType: 'config_error',
  externalMessage: 'Failed to connect: wrong password for user loader.',
  internalMessage: 'org.postgresql.util.PSQLException',
  stacktrace: 'at Source.main(Source.java:1)',
  retryable: false,
  timestamp: Date.parse('2026-01-15T02:07:41Z'),
};

/** A log of plain lines. */
export const FORMATTED_LOG = { logType: 'formatted', logs: { logLines: ['Sync started.', 'Sync failed.'] } };

/** A log of events, the newest last. */
export const STRUCTURED_LOG = {
  logType: 'structured',
  logs: {
    version: '1',
    events: [
      {
        timestamp: Date.parse('2026-01-15T02:00:12Z'),
        level: 'info',
        logSource: 'platform',
        message: 'Sync started.',
      },
      {
        timestamp: Date.parse('2026-01-15T02:07:41Z'),
        level: 'error',
        logSource: 'source',
        message: 'Failed to connect with password=hunter2 as user loader.',
        stackTrace: 'at Source.main(Source.java:1)',
      },
    ],
  },
};

/** Events of a timeline, newest first. */
export const EVENTS = [
  {
    id: '7f0c1c3e-6f2b-4b2a-9f57-0f8f2f3c8a13',
    eventType: 'CONNECTION_DISABLED',
    createdAt: Date.parse('2026-01-15T08:00:00Z') / 1000,
    summary: { disabledReason: 'The warehouse is being moved.' },
    user: { id: 'u', name: 'Ada', email: 'ada@example.com', isDeleted: false },
  },
  {
    id: '7f0c1c3e-6f2b-4b2a-9f57-0f8f2f3c8a12',
    eventType: 'SYNC_FAILED',
    createdAt: Date.parse('2026-01-15T02:07:41Z') / 1000,
    summary: { jobId: 1, attemptsCount: 1, failureReason: CONFIG_FAILURE },
  },
  {
    id: '7f0c1c3e-6f2b-4b2a-9f57-0f8f2f3c8a11',
    eventType: 'CONNECTION_SETTINGS_UPDATE',
    createdAt: Date.parse('2026-01-14T09:30:00Z') / 1000,
    summary: {
      patches: {
        scheduleType: { from: 'manual', to: 'cron' },
        scheduleData: {
          from: null,
          to: { cron: { cronExpression: '0 0 2 * * ?', cronTimeZone: 'Europe/Berlin' } },
        },
        prefix: { from: 'raw_', to: null },
      },
    },
    user: { id: 'u', name: 'Ada', email: 'ada@example.com', isDeleted: false },
  },
];

/** Members that the internal API adds to a job of the scripted Airbyte. */
export interface InternalJob {
  readonly attempts?: readonly object[];
  readonly streams?: readonly object[];
  readonly startedAt?: number;
  readonly log?: object;
}

export interface InternalApi {
  /** By job id. */
  readonly jobs: Map<number, InternalJob>;
  /** Newest first. Those without `connectionId` belong to every connection. */
  events: object[];
  /** By connection id. */
  readonly progress: Map<string, object>;
  /** Replace the usual answers, by operation such as `jobs/list`; undefined keeps the usual answer. */
  readonly replies: Map<string, (request: UpstreamRequest) => Reply | undefined>;
}

/** An attempt as the internal API writes it; failed with {@link CONFIG_FAILURE} unless told otherwise. */
export function attempt(id: number, more: object = {}): object {
  const createdAt = Date.parse('2026-01-15T02:00:12Z') / 1000;
  return {
    id,
    status: 'failed',
    createdAt,
    updatedAt: createdAt + 449,
    endedAt: createdAt + 449,
    recordsSynced: 0,
    bytesSynced: 0,
    totalStats: { recordsEmitted: 10, bytesEmitted: 2048, recordsCommitted: 4, bytesCommitted: 1024 },
    failureSummary: { failures: [CONFIG_FAILURE], partialSuccess: false },
    ...more,
  };
}

/** Serves the internal API until the upstream is cleared, as Airbyte 2.0 does. */
export function serveInternalApi(upstream: ScriptedUpstream): InternalApi {
  const api: InternalApi = { jobs: new Map(), events: [], progress: new Map(), replies: new Map() };
  serveScheduleWrites(upstream);
  serveConnectors(upstream);
  const serve = (name: string, handle: (request: UpstreamRequest) => Reply): void => {
    upstream.on(`internal ${name}`, (request) => api.replies.get(name)?.(request) ?? handle(request));
  };
  serve('jobs/list', (request) => listJobs(upstream, api, request));
  serve('jobs/get_without_logs', ({ body }) => {
    const job = findJob(upstream, fields(body)['id']);
    if (!job) return notFound();
    const attempts = (api.jobs.get(job.jobId)?.attempts ?? []).map((one) => ({
      attempt: one,
      logType: 'formatted',
      logs: { logLines: [] },
    }));
    return json(200, { job: jobOf(job, api), attempts });
  });
  serve('attempt/get_for_job', ({ body }) => {
    const { jobId, attemptNumber } = fields(body);
    const job = findJob(upstream, jobId);
    const details = job && api.jobs.get(job.jobId);
    const found = details?.attempts?.[Number(attemptNumber)];
    return found ? json(200, { attempt: found, ...details.log }) : notFound();
  });
  serve('connections/sync_progress', ({ body }) => {
    const connectionId = String(fields(body)['connectionId']);
    return json(200, { connectionId, ...api.progress.get(connectionId) });
  });
  serve('connections/refresh', (request) => startJob(upstream, 'refresh', request));
  serve('connections/clear/stream', (request) => startJob(upstream, 'clear', request));
  serve('connections/update_with_reason', (request) => changeStatus(upstream, api, request));
  serve('connections/events/list', ({ body }) => {
    const { connectionId, eventTypes, pagination, createdAtEnd } = fields(body);
    const { pageSize, rowOffset } = fields(pagination);
    const end = typeof createdAtEnd === 'string' ? Date.parse(createdAtEnd) / 1000 : Infinity;
    const known = api.events
      .map(fields)
      .filter(
        (event) =>
          Number(event['createdAt']) <= end &&
          (event['connectionId'] ?? connectionId) === connectionId &&
          (!Array.isArray(eventTypes) || eventTypes.includes(event['eventType'])),
      );
    const offset = Number(rowOffset ?? 0);
    return json(200, { events: known.slice(offset, offset + Number(pageSize ?? 200)) });
  });
  return api;
}

/** Airbyte records each status that is sent, also the current one. Activations have no reason. */
function changeStatus(upstream: ScriptedUpstream, api: InternalApi, { body }: UpstreamRequest): Reply {
  const { connectionUpdate, updateReason, autoUpdate } = fields(body);
  const { connectionId, status } = fields(connectionUpdate);
  const connection = upstream.state.connections.get(String(connectionId));
  if (!connection || (status !== 'active' && status !== 'inactive')) return notFound();
  connection.status = status;
  api.events.unshift({
    id: randomUUID(),
    connectionId,
    eventType: status === 'active' ? 'CONNECTION_ENABLED' : 'CONNECTION_DISABLED',
    createdAt: Math.floor(upstream.state.now().getTime() / 1000),
    summary: status === 'active' ? {} : { disabledReason: updateReason },
    ...(autoUpdate !== true && { user: { id: 'g', name: 'Gateway', email: '', isDeleted: false } }),
  });
  return json(200, { connectionId, name: connection.name, status });
}

/** A refresh and a clear cancel a running job first. */
function startJob(upstream: ScriptedUpstream, jobType: string, { body }: UpstreamRequest): Reply {
  const connectionId = String(fields(body)['connectionId']);
  if (!upstream.state.connections.has(connectionId)) return notFound();
  for (const job of upstream.state.jobs) if (job.status === 'running') job.status = 'cancelled';
  const { jobId, startTime, status } = upstream.state.addJob({ connectionId, jobType, status: 'running' });
  const createdAt = Date.parse(startTime) / 1000;
  const job = {
    id: jobId,
    configType: jobType,
    configId: connectionId,
    status,
    createdAt,
    updatedAt: createdAt,
  };
  return json(200, { job: jobType === 'clear' ? { job, attempts: [] } : job });
}

function listJobs(upstream: ScriptedUpstream, api: InternalApi, { body }: UpstreamRequest): Reply {
  const { configId, statuses, createdAtStart, createdAtEnd, pagination } = fields(body);
  if (!Array.isArray(fields(body)['configTypes'])) return json(400, { message: 'configTypes is required' });
  const from = typeof createdAtStart === 'string' ? Date.parse(createdAtStart) : -Infinity;
  const to = typeof createdAtEnd === 'string' ? Date.parse(createdAtEnd) : Infinity;
  const rows = upstream.state.jobs.filter(
    (job) =>
      (configId === undefined || job.connectionId === configId) &&
      (!Array.isArray(statuses) || statuses.includes(job.status)) &&
      Date.parse(job.startTime) >= from &&
      Date.parse(job.startTime) <= to,
  );
  const { pageSize = 200, rowOffset = 0 } = fields(pagination);
  const page = rows.reverse().slice(Number(rowOffset), Number(rowOffset) + Number(pageSize));
  const jobs = page.map((job) => ({
    job: jobOf(job, api),
    attempts: api.jobs.get(job.jobId)?.attempts ?? [],
  }));
  return json(200, { jobs, totalJobCount: rows.length });
}

function jobOf(job: JobRow, api: InternalApi): object {
  const { streams = [], startedAt } = api.jobs.get(job.jobId) ?? {};
  return {
    id: job.jobId,
    configType: job.jobType,
    configId: job.connectionId,
    status: job.status,
    createdAt: Date.parse(job.startTime) / 1000,
    startedAt,
    streamAggregatedStats: streams,
  };
}

function findJob(upstream: ScriptedUpstream, id: unknown): JobRow | undefined {
  return upstream.state.jobs.find(({ jobId }) => jobId === id);
}

/** Airbyte's own answer to an unknown id. */
function notFound(): Reply {
  return json(404, { message: 'Could not find configuration.' });
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
