import type { Connectors } from '../../engine/connectors';
import type { JsonObject } from '../../platform/json';
import type { ActorKind, ActorStore } from '../../store/actors';
import { JOB_STATUSES, JOB_TYPES, type Job, type JobStore } from '../../store/jobs';
import { configNotFound, frameworkError } from '../errors';
import { enumMember } from '../input';
import type { ApiRequest, Route } from '../router';
import {
  enumList,
  findConnection,
  instantAt,
  operation,
  pageOfBody,
  present,
  requiredInteger,
} from './input';
import {
  attemptBody,
  attemptInfoBody,
  CONFIG_TYPES,
  internalJobBody,
  jobTypeOf,
  jobWithAttempts,
  type JobRecord,
} from './job-bodies';
import { jobRecords, type JobRecordSources } from './job-records';

/** Dependencies of the internal operations on jobs. */
export interface InternalJobRoutesOptions extends JobRecordSources {
  readonly jobs: JobStore;
  readonly actors: ActorStore;
  readonly connectors: Connectors;
}

/** The version whose API this one follows. */
const AIRBYTE_VERSION = '2.1.0';

/** Jobs with their attempts and the reasons of failures, which the public API lacks. */
export function internalJobRoutes(options: InternalJobRoutesOptions): Route[] {
  return [
    operation('/jobs/list', (request) => listJobs(options, request)),
    operation('/jobs/get_light', (request) => ({ job: internalJobBody(recordOf(options, request)) })),
    operation('/jobs/get_without_logs', (request) => jobWithAttempts(recordOf(options, request))),
    operation('/jobs/get', (request) => withLogs(options, recordOf(options, request))),
    operation('/jobs/get_debug_info', (request) => debugInfo(options, recordOf(options, request))),
    operation('/jobs/get_last_replication_job', (request) => lastJob(options, request)),
    operation('/attempt/get_for_job', (request) => attemptOf(options, request)),
  ];
}

/** Newest first by default. */
function listJobs(options: InternalJobRoutesOptions, request: ApiRequest): JsonObject {
  const { body, path } = request;
  const configTypes = enumList(request, 'configTypes', CONFIG_TYPES);
  if (configTypes === undefined || configTypes.length === 0)
    throw frameworkError(400, 'Bad Request', path, 'Required property configTypes is missing or empty');
  const { configId } = body;
  const query = {
    ...pageOfBody(request),
    connectionId: typeof configId === 'string' ? configId : null,
    workspaceIds: [],
    types: configTypes.map(jobTypeOf),
    statuses: enumList(request, 'statuses', JOB_STATUSES) ?? [],
    createdFrom: instantAt(request, 'createdAtStart'),
    createdTo: instantAt(request, 'createdAtEnd'),
    updatedFrom: instantAt(request, 'updatedAtStart'),
    updatedTo: instantAt(request, 'updatedAtEnd'),
    orderBy: body['orderByField'] === 'updatedAt' ? ('updatedAt' as const) : ('createdAt' as const),
    descending: enumMember(request, body, 'orderByMethod', ['asc', 'desc']) !== 'asc',
  };
  const records = jobRecords(options, options.jobs.list(query));
  return {
    jobs: records.map((record) => ({
      job: internalJobBody(record),
      attempts: record.attempts.map((attempt) => attemptBody(attempt, record.streams)),
    })),
    totalJobCount: options.jobs.count(query),
  };
}

function withLogs(options: InternalJobRoutesOptions, record: JobRecord): JsonObject {
  return { job: internalJobBody(record), attempts: infosOf(options, record) };
}

function infosOf({ logOf }: InternalJobRoutesOptions, { job, attempts, streams }: JobRecord): JsonObject[] {
  return attempts.map((attempt) => attemptInfoBody(attempt, streams, logOf(job.id, attempt.number)));
}

/** A job with its connectors and logs, for people who look for a fault. */
function debugInfo(options: InternalJobRoutesOptions, record: JobRecord): JsonObject {
  const { connections, actors, connectors } = options;
  const connection = connections.find(record.job.connectionId);
  const definitionOf = (kind: ActorKind, id: string | undefined): JsonObject | null => {
    const actor = id === undefined ? null : actors.find(kind, id);
    if (actor === null) return null;
    return { [`${kind}DefinitionId`]: actor.definitionId, name: connectors.typeOf(actor.definitionId) };
  };
  const { id, configType, configId, createdAt, updatedAt, status } = internalJobBody(record);
  return {
    job: present({
      ...{ id, configType, configId, createdAt, updatedAt, status },
      airbyteVersion: AIRBYTE_VERSION,
      sourceDefinition: definitionOf('source', connection?.sourceId),
      destinationDefinition: definitionOf('destination', connection?.destinationId),
    }),
    attempts: infosOf(options, record),
    workflowState: { running: record.job.status === 'running' },
  };
}

function lastJob(options: InternalJobRoutesOptions, request: ApiRequest): JsonObject {
  const connection = findConnection(options.connections, request);
  const [record] = jobRecords(options, options.jobs.newestOf(connection.id, JOB_TYPES));
  return record === undefined ? {} : { job: internalJobBody(record) };
}

function attemptOf(options: InternalJobRoutesOptions, request: ApiRequest): JsonObject {
  const number = requiredInteger(request, 'attemptNumber');
  const record = recordOf(options, request, 'jobId');
  const attempt = record.attempts.find((one) => one.number === number);
  if (attempt === undefined) throw configNotFound('ATTEMPT', `${record.job.id}, ${number}`);
  return attemptInfoBody(attempt, record.streams, options.logOf(record.job.id, number));
}

function recordOf(options: InternalJobRoutesOptions, request: ApiRequest, name = 'id'): JobRecord {
  const [record] = jobRecords(options, [findJob(options.jobs, requiredInteger(request, name))]);
  if (record === undefined) throw new Error('A job has no record.');
  return record;
}

function findJob(jobs: JobStore, id: number): Job {
  const job = jobs.find(id);
  if (job === null) throw configNotFound('JOB', String(id));
  return job;
}
