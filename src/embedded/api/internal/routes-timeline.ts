import { stringsOf, type JsonObject } from '../../platform/json';
import type { AttemptStore } from '../../store/attempts';
import type { ConnectionStore } from '../../store/connections';
import type { JobStore } from '../../store/jobs';
import type { ConnectionEvent, EventQuery, TimelineStore } from '../../store/timeline';
import { epochSeconds } from '../response-bodies';
import type { ApiRequest, Route } from '../router';
import { findConnection, instantAt, operation, pageOfBody, present, requiredInteger } from './input';
import { configTypeOf, descriptorOf, failureBody } from './job-bodies';

/** Dependencies of the operations on timelines. */
export interface TimelineRoutesOptions {
  readonly connections: ConnectionStore;
  readonly timeline: TimelineStore;
  readonly jobs: JobStore;
  readonly attempts: AttemptStore;
}

/** The only user: there is one pair of credentials. The id is that of Airbyte's default user. */
const USER = {
  id: '00000000-0000-0000-0000-000000000000',
  name: 'Default User',
  email: '',
  isDeleted: false,
};

/** The events of a connection with their user and reason, newest first. */
export function timelineRoutes(options: TimelineRoutesOptions): Route[] {
  return [
    operation('/connections/events/list', (request) => listEvents(options, request, null)),
    operation('/connections/events/list_for_job', (request) =>
      listEvents(options, request, requiredInteger(request, 'jobId')),
    ),
  ];
}

function listEvents(options: TimelineRoutesOptions, request: ApiRequest, jobId: number | null): JsonObject {
  const query: EventQuery = {
    ...pageOfBody(request),
    connectionId: findConnection(options.connections, request).id,
    jobId,
    types: stringsOf(request.body['eventTypes']),
    createdFrom: instantAt(request, 'createdAtStart'),
    createdTo: instantAt(request, 'createdAtEnd'),
  };
  return { events: options.timeline.list(query).map((event) => eventBody(options, event)) };
}

function eventBody(options: TimelineRoutesOptions, event: ConnectionEvent): JsonObject {
  return present({
    id: event.id,
    connectionId: event.connectionId,
    eventType: event.type,
    summary: event.jobId === null ? event.summary : jobSummary(options, event, event.jobId),
    createdAt: epochSeconds(event.createdAt),
    user: event.byUser ? USER : null,
  });
}

/** The summary of an event about a job. */
function jobSummary(
  { jobs, attempts }: TimelineRoutesOptions,
  { type }: ConnectionEvent,
  jobId: number,
): JsonObject {
  const job = jobs.find(jobId);
  if (job === null) return { jobId };
  const startTimeEpochSeconds = epochSeconds(job.startedAt ?? job.createdAt);
  const streams = job.scope?.streams.map(descriptorOf);
  if (type.endsWith('_STARTED'))
    return present({ jobId, startTimeEpochSeconds, jobType: configTypeOf(job.type), streams });
  const all = attempts.list([jobId]);
  const last = all.at(-1);
  const hasFailed = type.endsWith('_FAILED') || type.endsWith('_INCOMPLETE');
  return present({
    jobId,
    startTimeEpochSeconds,
    endTimeEpochSeconds: epochSeconds(job.updatedAt),
    bytesLoaded: job.bytes,
    recordsLoaded: job.rows,
    recordsRejected: 0,
    attemptsCount: all.length,
    streams,
    failureReason:
      hasFailed && last?.failure ? failureBody(last.failure, last.endedAt ?? last.startedAt) : null,
  });
}
