import type { JsonObject } from '../../platform/json';
import { JOB_STATUSES, type Job, type JobStore } from '../../store/jobs';
import { configNotFound, frameworkError } from '../errors';
import { enumMember } from '../input';
import type { ApiRequest, Route } from '../router';
import { enumList, instantAt, pageOfBody, requiredInteger } from './input';
import { attemptBody, CONFIG_TYPES, internalJobBody, jobTypeOf, type JobRecord } from './job-bodies';
import { jobRecords, type JobRecordSources } from './job-records';

/** Dependencies of the internal operations on jobs. */
export interface InternalJobRoutesOptions extends JobRecordSources {
  readonly jobs: JobStore;
}

/** Jobs with their attempts and the reasons of failures, which the public API lacks. */
export function internalJobRoutes(options: InternalJobRoutesOptions): Route[] {
  const answer = (path: string, body: (request: ApiRequest) => JsonObject): Route => ({
    method: 'POST',
    path,
    handle: (request) => ({ status: 200, body: body(request) }),
  });
  return [
    answer('/jobs/list', (request) => listJobs(options, request)),
    answer('/jobs/get_light', (request) => ({ job: internalJobBody(recordOf(options, request)) })),
    answer('/jobs/get_without_logs', (request) => withAttempts(recordOf(options, request))),
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

function withAttempts(record: JobRecord): JsonObject {
  return {
    job: internalJobBody(record),
    attempts: record.attempts.map((attempt) => ({ attempt: attemptBody(attempt, record.streams) })),
  };
}

function recordOf(options: InternalJobRoutesOptions, request: ApiRequest): JobRecord {
  const [record] = jobRecords(options, [findJob(options.jobs, requiredInteger(request, 'id'))]);
  if (record === undefined) throw new Error('A job has no record.');
  return record;
}

function findJob(jobs: JobStore, id: number): Job {
  const job = jobs.find(id);
  if (job === null) throw configNotFound('JOB', String(id));
  return job;
}
