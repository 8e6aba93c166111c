import { AirbyteError } from './airbyte-errors';
import type {
  AirbyteTag,
  CreateConnectionInput,
  ListJobsQuery,
  ListQuery,
  PatchConnectionInput,
} from './airbyte-types';
import type { Operation } from './operation';

type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** One builder for each operation of Airbyte's API that the gateway uses. */
export const operations = {
  getConnection: (id: string) => read('getConnection', `/connections/${segment('getConnection', id)}`),
  listConnections: (query: ListQuery) => read('listConnections', `/connections${queryString({ ...query })}`),
  createConnection: (input: CreateConnectionInput): Operation => ({
    name: 'createConnection',
    method: 'POST',
    path: '/connections',
    body: input,
    safety: 'once',
    lane: 'create',
    expects: 'json',
  }),
  patchConnection: (id: string, patch: PatchConnectionInput): Operation => ({
    name: 'patchConnection',
    method: 'PATCH',
    path: `/connections/${segment('patchConnection', id)}`,
    body: patch,
    safety: 'idempotent',
    // For new streams Airbyte reads the schema of the source, as for a creation.
    lane: patch.configurations ? 'create' : 'read',
    expects: 'json',
  }),
  deleteConnection: (id: string): Operation => ({
    name: 'deleteConnection',
    method: 'DELETE',
    path: `/connections/${segment('deleteConnection', id)}`,
    safety: 'idempotent',
    lane: 'read',
    expects: 'nothing',
  }),

  /** Newest first. Airbyte's default is oldest first. */
  listJobs: (query: ListJobsQuery) =>
    read('listJobs', `/jobs${queryString({ orderBy: 'createdAt|DESC', ...query })}`),
  getJob: (id: string) => read('getJob', `/jobs/${segment('getJob', id)}`),
  createJob: (connectionId: string, jobType: string): Operation => ({
    name: 'createJob',
    method: 'POST',
    path: '/jobs',
    body: { connectionId, jobType },
    safety: 'once',
    lane: 'start',
    expects: 'json',
  }),
  cancelJob: (id: string): Operation => ({
    name: 'cancelJob',
    method: 'DELETE',
    path: `/jobs/${segment('cancelJob', id)}`,
    safety: 'once',
    lane: 'cancel',
    expects: 'json',
  }),

  getSource: (id: string) => read('getSource', `/sources/${segment('getSource', id)}`),
  listSources: (query: ListQuery) => read('listSources', `/sources${queryString({ ...query })}`),
  getDestination: (id: string) => read('getDestination', `/destinations/${segment('getDestination', id)}`),
  listDestinations: (query: ListQuery) =>
    read('listDestinations', `/destinations${queryString({ ...query })}`),
  /** May run the source's connector, which takes up to minutes and occupies one of Airbyte's threads. */
  listStreams: (sourceId: string, destinationId?: string): Operation => ({
    ...read('listStreams', `/streams${queryString({ sourceId, destinationId })}`),
    lane: 'discover',
    runsConnector: true,
  }),

  listTags: (workspaceId: string) => read('listTags', `/tags${queryString({ workspaceIds: workspaceId })}`),
  /** Airbyte refuses a second tag with the same name (409), so a retry has no further effect. */
  createTag: (tag: Omit<AirbyteTag, 'tagId'>): Operation => ({
    name: 'createTag',
    method: 'POST',
    path: '/tags',
    body: tag,
    safety: 'idempotent',
    lane: 'read',
    expects: 'json',
  }),

  health: (): Operation => ({ ...read('health', '/health'), expects: 'nothing', probe: true }),
};

export function read(name: string, path: string): Operation {
  return { name, method: 'GET', path, safety: 'read', lane: 'read', expects: 'json' };
}

/** Encodes an id as one path segment. Rejects `.` and `..`, which would address another resource. */
export function segment(operation: string, id: string): string {
  if (id === '' || id === '.' || id === '..') {
    throw new AirbyteError('not_found', `${operation}: impossible id`, { operation, sent: false });
  }
  return encodeURIComponent(id);
}

export function queryString(query: Query): string {
  let text = '';
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) {
      text += `${text === '' ? '?' : '&'}${name}=${encodeURIComponent(String(one))}`;
    }
  }
  return text;
}
