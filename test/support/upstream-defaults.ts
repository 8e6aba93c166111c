import { randomUUID } from 'node:crypto';
import { actorBody, CONNECTOR_DEFAULTS } from './upstream-connectors';
import type { UpstreamRequest } from './upstream-request';
import { errorId, hateoas, json, noContent, plain, problem, type Reply } from './upstream-replies';
import type { JobFilter } from './upstream-jobs';
import { type ActorRow, type ConnectionRow, type UpstreamState } from './upstream-state';

type Behaviour = (state: UpstreamState, request: UpstreamRequest) => Reply;
type Fields = Readonly<Record<string, unknown>>;

const UUID = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i;
const ACTIVE_JOB = new Set(['pending', 'queued', 'running', 'incomplete']);

/** Behaviour of Airbyte without faults, its oddities included. */
export const DEFAULTS: Readonly<Record<string, Behaviour>> = {
  'GET /health': () => plain(200, 'Successful operation'),
  'POST /applications/token': issueToken,

  'GET /workspaces': (state, { query }) =>
    page(
      [...state.workspaces]
        .map(([workspaceId, name]) => ({ workspaceId, name, dataResidency: 'auto' }))
        .filter(inScope(query)),
      query,
    ),
  'GET /workspaces/:id': (state, { id }) => {
    const name = state.workspaces.get(id);
    return name === undefined
      ? notFound('WORKSPACE', id)
      : json(200, { workspaceId: id, name, dataResidency: 'auto' });
  },

  'GET /sources': (state, { query }) =>
    page([...state.sources.values()].filter(inScope(query)).map(source), query),
  'GET /sources/:id': (state, { id }) => found(state.sources.get(id), source, 'SOURCE_CONNECTION', id),
  'GET /destinations': (state, { query }) =>
    page([...state.destinations.values()].filter(inScope(query)).map(destination), query),
  'GET /destinations/:id': (state, { id }) =>
    found(state.destinations.get(id), destination, 'DESTINATION_CONNECTION', id),

  ...CONNECTOR_DEFAULTS,

  'GET /streams': listStreams,
  'GET /tags': (state, { query }) =>
    state.tags === null
      ? hateoas(404, 'Page Not Found')
      : json(200, { data: state.tags.filter(inScope(query)) }),
  'POST /tags': createTag,

  'GET /connections': (state, { query }) => {
    const withDeleted = query.get('includeDeleted') === 'true';
    const rows = [...state.connections.values()].filter((row) => withDeleted || row.status !== 'deprecated');
    return page(rows.filter(inScope(query)), query);
  },
  'POST /connections': createConnection,
  'GET /connections/:id': (state, { id }) => found(state.connections.get(id), same, 'STANDARD_SYNC', id),
  'PATCH /connections/:id': patchConnection,
  'DELETE /connections/:id': (state, { id }) => {
    const row = state.connections.get(id);
    if (row === undefined) return unknownId('STANDARD_SYNC', id);
    row.status = 'deprecated';
    return noContent();
  },

  'GET /jobs': listJobs,
  'POST /jobs': createJob,
  'GET /jobs/:id': (state, { id }) => {
    const job = state.history.get(id);
    return job === undefined ? problem(409, 'Job is not currently running') : json(200, job);
  },
  'DELETE /jobs/:id': cancelJob,
};

function issueToken(state: UpstreamState, { body }: UpstreamRequest): Reply {
  const { client_id: id, client_secret: secret } = fields(body);
  if (typeof id !== 'string' || typeof secret !== 'string') return hateoas(400, 'client_id is required');
  const token = `token-${state.tokens.size + 1}.${id}`;
  state.tokens.add(token);
  return json(200, { access_token: token, token_type: 'Bearer', expires_in: 900 });
}

function createConnection(state: UpstreamState, { body }: UpstreamRequest): Reply {
  const wanted = fields(body);
  const { sourceId, destinationId, name } = wanted;
  const schedule = parseSchedule(wanted['schedule']);
  if (typeof sourceId !== 'string' || typeof destinationId !== 'string') return errorId(422);
  if (typeof schedule === 'string') return badSchedule(schedule);
  if (!state.destinations.has(destinationId)) return notFound('DESTINATION_CONNECTION', destinationId);
  const from = state.sources.get(sourceId);
  if (from === undefined) return notFound('SOURCE_CONNECTION', sourceId);
  const unknown = unknownStream(state, wanted['configurations']);
  if (unknown !== undefined)
    return problem(400, `No streams found with name [${unknown}] and namespace [null] in the source schema.`);
  const row = state.addConnection({
    sourceId,
    destinationId,
    schedule,
    workspaceId: from.workspaceId,
    ...(typeof name === 'string' && { name }),
    ...(typeof wanted['status'] === 'string' && { status: wanted['status'] }),
    ...streamsOf(wanted['configurations']),
    ...tagsOf(state, wanted['tags']),
  });
  return json(200, row);
}

function createTag({ tags }: UpstreamState, { body }: UpstreamRequest): Reply {
  const { name, color, workspaceId } = fields(body);
  if (tags === null) return hateoas(404, 'Page Not Found');
  if (typeof name !== 'string' || typeof color !== 'string' || typeof workspaceId !== 'string')
    return errorId(422);
  if (tags.some((tag) => tag.workspaceId === workspaceId && tag.name === name))
    return problem(409, 'A tag with this name exists');
  const tag = { tagId: randomUUID(), name, color, workspaceId };
  tags.push(tag);
  return json(200, tag);
}

/** Those of the workspace; an older Airbyte ignores them. */
function tagsOf({ tags }: UpstreamState, wanted: unknown): Pick<ConnectionRow, 'tags'> | undefined {
  if (!Array.isArray(wanted) || tags === null) return undefined;
  const ids = wanted.map((tag) => fields(tag)['tagId']);
  return { tags: tags.filter(({ tagId }) => ids.includes(tagId)) };
}

/** A bare list. Without a destination Airbyte leaves `syncModes` out. */
function listStreams(state: UpstreamState, { query }: UpstreamRequest): Reply {
  const sourceId = query.get('sourceId');
  const destinationId = query.get('destinationId');
  if (sourceId === null) return hateoas(400, 'Required query value sourceId is missing');
  if (!state.sources.has(sourceId)) return unknownId('SOURCE_CONNECTION', sourceId);
  if (destinationId !== null && !state.destinations.has(destinationId))
    return unknownId('DESTINATION_CONNECTION', destinationId);
  const rows = state.streams ?? [];
  return json(
    200,
    rows.map(({ syncModes, ...row }) => ({ ...row, ...(destinationId !== null && { syncModes }) })),
  );
}

/** Name of the first stream that the source does not have. */
function unknownStream(state: UpstreamState, configurations: unknown): string | undefined {
  const { streams } = fields(configurations);
  if (state.streams === null || !Array.isArray(streams)) return undefined;
  const names = streams.map((stream) => String(fields(stream)['name']));
  return names.find((name) => !state.streams?.some(({ streamName }) => streamName === name));
}

/** None, empty and absent all mean every stream. */
function streamsOf(configurations: unknown): Pick<ConnectionRow, 'configurations'> | undefined {
  const { streams } = fields(configurations);
  return Array.isArray(streams) && streams.length > 0 ? { configurations: { streams } } : undefined;
}

function patchConnection(state: UpstreamState, { id, body }: UpstreamRequest): Reply {
  const row = state.connections.get(id);
  if (row === undefined) return unknownId('STANDARD_SYNC', id);
  const wanted = fields(body);
  const unknown = unknownStream(state, wanted['configurations']);
  if (unknown !== undefined)
    return problem(400, `No streams found with name [${unknown}] and namespace [null] in the source schema.`);
  Object.assign(row, streamsOf(wanted['configurations']), tagsOf(state, wanted['tags']));
  if (wanted['schedule'] !== undefined) {
    const schedule = parseSchedule(wanted['schedule']);
    if (typeof schedule === 'string') return badSchedule(schedule);
    row.schedule = schedule;
  }
  if (typeof wanted['name'] === 'string') row.name = wanted['name'];
  if (typeof wanted['status'] === 'string') row.status = wanted['status'];
  return json(200, row);
}

/** @returns the schedule as it is read back, or the refused expression */
function parseSchedule(value: unknown): ConnectionRow['schedule'] | string {
  const { scheduleType, cronExpression } = fields(value);
  if (scheduleType !== 'cron') return { scheduleType: 'manual' };
  const expression = typeof cronExpression === 'string' ? cronExpression : '';
  const count = expression.trim().split(/\s+/).length;
  if (count < 6 || count > 7 || !expression.includes('?')) return expression;
  return { scheduleType: 'cron', cronExpression: `${expression} UTC` };
}

function badSchedule(cronExpression: string): Reply {
  return problem(400, null, {
    cronExpression,
    validationErrorMessage: `Invalid cron expression ${cronExpression}`,
  });
}

function listJobs(state: UpstreamState, { query }: UpstreamRequest): Reply {
  const range = rangeOf(query);
  if (range === null) return errorId(400);
  const orderBy = query.get('orderBy') ?? 'createdAt|ASC';
  const jobs = state.history.list(jobFilter(state, query), orderBy, range.offset, range.limit);
  if (jobs === null) return problem(400, `Invalid order by clause provided: ${orderBy}`);
  return pageOf(jobs, range.limit);
}

function jobFilter(state: UpstreamState, query: URLSearchParams): JobFilter {
  const workspaceIds = query.getAll('workspaceIds');
  const jobType = query.get('jobType');
  const time = (name: string, none: number): number => {
    const text = state.ignoresUpdateTimes && name.startsWith('updated') ? null : query.get(name);
    return text === null ? none : Date.parse(text);
  };
  return {
    connectionId: query.get('connectionId'),
    isListed: (id) =>
      workspaceIds.length === 0 || workspaceIds.includes(state.connections.get(id)?.workspaceId ?? ''),
    status: query.get('status'),
    jobTypes: jobType === null ? state.defaultJobTypes : [jobType],
    createdFromMs: time('createdAtStart', -Infinity),
    createdToMs: time('createdAtEnd', Infinity),
    updatedFromMs: time('updatedAtStart', -Infinity),
    updatedToMs: time('updatedAtEnd', Infinity),
  };
}

function createJob(state: UpstreamState, { body }: UpstreamRequest): Reply {
  const { connectionId, jobType } = fields(body);
  const row = typeof connectionId === 'string' ? state.connections.get(connectionId) : undefined;
  if (row === undefined) return notFound('STANDARD_SYNC', String(connectionId));
  if (row.status !== 'active') return problem(409, 'Could not fulfill request');
  const running = state.history.of(row.connectionId).some((job) => ACTIVE_JOB.has(job.status));
  if (running) return problem(409, `A sync is already running for: ${row.connectionId}`);
  const type = typeof jobType === 'string' ? jobType : 'sync';
  return json(200, state.addJob({ connectionId: row.connectionId, jobType: type, status: 'running' }));
}

function cancelJob(state: UpstreamState, { id }: UpstreamRequest): Reply {
  const job = state.history.get(id);
  if (job === undefined || !ACTIVE_JOB.has(job.status)) return problem(409, 'Job is not currently running');
  state.history.end(job, 'cancelled');
  return json(200, job);
}

function page(rows: readonly unknown[], query: URLSearchParams): Reply {
  const range = rangeOf(query);
  return range === null
    ? errorId(400)
    : pageOf(rows.slice(range.offset, range.offset + range.limit), range.limit);
}

/** Null where Airbyte refuses it. */
function rangeOf(query: URLSearchParams): { readonly limit: number; readonly offset: number } | null {
  const limit = Number(query.get('limit') ?? 20);
  const offset = Number(query.get('offset') ?? 0);
  return limit >= 1 && limit <= 100 && offset >= 0 ? { limit, offset } : null;
}

/** `next` names a host that leads nowhere, and is set on the last page too. */
function pageOf(data: readonly unknown[], limit: number): Reply {
  const next = data.length === 0 ? '' : `http://airbyte-server.invalid:8001/next?limit=${limit}`;
  return json(200, { data, next, previous: '' });
}

function inScope(query: URLSearchParams): (row: { readonly workspaceId: string }) => boolean {
  const workspaceIds = query.getAll('workspaceIds');
  return (row) => workspaceIds.length === 0 || workspaceIds.includes(row.workspaceId);
}

function found<T>(row: T | undefined, show: (row: T) => unknown, resourceType: string, id: string): Reply {
  return row === undefined ? unknownId(resourceType, id) : json(200, show(row));
}

/** Airbyte fails on an id that is no UUID instead of not finding it. */
function unknownId(resourceType: string, id: string): Reply {
  return UUID.test(id) ? notFound(resourceType, id) : errorId(500);
}

function notFound(resourceType: string, resourceId: string): Reply {
  return problem(404, null, { resourceType, resourceId });
}

function source(row: ActorRow): unknown {
  return actorBody('source', row);
}

function destination(row: ActorRow): unknown {
  return actorBody('destination', row);
}

function same<T>(row: T): T {
  return row;
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
