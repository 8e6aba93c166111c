import type { ConnectionStore } from '../store/connections';
import { JOB_STATUSES, JOB_TYPES, type Job, type JobQuery, type JobStore } from '../store/jobs';
import { badRequest, frameworkError, isUuid, onlyErrorId, problem, unknownId } from './errors';
import { enumMember, pageResponse, pageOf, requiredString, workspaceIdsOf } from './input';
import type { ApiRequest, Route } from './router';
import { jobBody } from './response-bodies';
import { clearConnection, type JobStartOptions } from './start-job';

/** Dependencies of the operations on jobs. */
export interface JobRoutesOptions extends JobStartOptions {
  readonly connections: ConnectionStore;
  /** Cancels a job and waits until its processes have ended. */
  readonly cancel: (job: Job) => Promise<void>;
}

/** List, create, get and cancel. */
export function jobRoutes(options: JobRoutesOptions): Route[] {
  return [
    { method: 'GET', path: '/jobs', handle: (request) => listJobs(options, request) },
    {
      method: 'POST',
      path: '/jobs',
      handle: async (request) => ({ status: 200, body: jobBody(await createJob(options, request)) }),
    },
    {
      method: 'GET',
      path: '/jobs/:id',
      handle: (request) => ({ status: 200, body: jobBody(findJob(options.jobs, request)) }),
    },
    {
      method: 'DELETE',
      path: '/jobs/:id',
      handle: async (request) => {
        const job = findJob(options.jobs, request);
        if (options.jobs.unfinishedOf(job.connectionId)?.id !== job.id) throw notRunning();
        await options.cancel(job);
        return { status: 200, body: jobBody(findJob(options.jobs, request)) };
      },
    },
  ];
}

function listJobs(
  { connections, jobs }: JobRoutesOptions,
  request: ApiRequest,
): { status: number; body: object } {
  const { query } = request;
  const page = pageOf(query);
  const connectionId = query.get('connectionId');
  if (connectionId !== null && !isUuid(connectionId) && connections.find(connectionId) === null)
    throw onlyErrorId(500);
  const filters = Object.fromEntries(query);
  const found = jobs.list({
    ...page,
    ...orderOf(query.get('orderBy')),
    connectionId,
    workspaceIds: workspaceIdsOf(query),
    types: oneOrNone(enumMember(request, filters, 'jobType', JOB_TYPES)),
    statuses: oneOrNone(enumMember(request, filters, 'status', JOB_STATUSES)),
    createdFrom: instantOf(request, 'createdAtStart'),
    createdTo: instantOf(request, 'createdAtEnd'),
    updatedFrom: instantOf(request, 'updatedAtStart'),
    updatedTo: instantOf(request, 'updatedAtEnd'),
  });
  // As in Airbyte, the links omit the order, the status and the dates.
  const extra = connectionId === null ? '' : `&connectionId=${encodeURIComponent(connectionId)}`;
  return { status: 200, body: pageResponse('jobs', page, extra, found.map(jobBody)) };
}

function oneOrNone<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value];
}

/** Oldest first by default, as in Airbyte. */
function orderOf(text: string | null): Pick<JobQuery, 'orderBy' | 'descending'> {
  if (text === null || text === '') return { orderBy: 'createdAt', descending: false };
  const [, field, direction] = /^(createdAt|updatedAt)\|(ASC|DESC)$/.exec(text) ?? [];
  if (field === undefined) throw badRequest(`Invalid order by clause provided: ${text}`);
  return { orderBy: field === 'updatedAt' ? 'updatedAt' : 'createdAt', descending: direction === 'DESC' };
}

function instantOf({ query, path }: ApiRequest, name: string): Date | null {
  const text = query.get(name);
  if (text === null || text === '') return null;
  const instant = /^\d{4}-\d\d-\d\dT/.test(text) ? new Date(text) : new Date(NaN);
  if (Number.isNaN(instant.getTime()))
    throw frameworkError(400, 'Bad Request', path, `${name} is not an ISO 8601 date-time`);
  return instant;
}

async function createJob(options: JobRoutesOptions, request: ApiRequest): Promise<Job> {
  const { connections, jobs, start } = options;
  const connectionId = requiredString(request, 'connectionId');
  const type = enumMember(request, request.body, 'jobType', JOB_TYPES);
  if (type === undefined)
    throw frameworkError(400, 'Bad Request', request.path, 'Required property jobType is missing');
  const connection = connections.find(connectionId);
  if (connection === null) throw unknownId('STANDARD_SYNC', connectionId);
  if (type === 'refresh')
    throw problem('unprocessable-entity', { message: 'Refreshes are not supported in the public API' });
  if (type !== 'sync') return clearConnection(options, connection, type);
  if (connection.status !== 'active')
    throw problem('state-conflict', { message: 'Could not fulfill request' });
  if (jobs.unfinishedOf(connectionId) !== null)
    throw problem('try-again-later', { message: `A sync is already running for: ${connectionId}` });
  return start(connection);
}

function findJob(jobs: JobStore, { params, path }: ApiRequest): Job {
  const text = params['id'] ?? '';
  if (!/^\d{1,15}$/.test(text))
    throw frameworkError(400, 'Bad Request', path, `Failed to convert ${JSON.stringify(text)} to a job id`);
  const job = jobs.find(Number(text));
  if (job === null) throw notRunning();
  return job;
}

/** Airbyte responds alike for a job that has ended and for one that does not exist. */
function notRunning(): Error {
  return problem('state-conflict', { message: 'Job is not currently running' });
}
