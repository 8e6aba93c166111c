import type { operations } from '../../../src/airbyte/client/model/request-builders';
import { isJson } from './json';
import type { Exchange } from './judge';

type ClientOperation = keyof typeof operations | 'signIn';

/**
 * Airbyte's name of each operation of the client, and every parameter and member that it can send. An operation
 * without an entry does not compile.
 */
export const CLIENT_OPERATIONS: Readonly<Record<ClientOperation, { id: string; sends: readonly string[] }>> =
  {
    signIn: { id: 'createAccessToken', sends: ['client_id', 'client_secret', 'grant-type', 'grant_type'] },
    health: { id: 'getHealthCheck', sends: [] },
    getConnection: { id: 'getConnection', sends: [] },
    listConnections: {
      id: 'listConnections',
      sends: ['?workspaceIds', '?includeDeleted', '?limit', '?offset'],
    },
    createConnection: {
      id: 'createConnection',
      sends: [
        ...['name', 'sourceId', 'destinationId', 'status=active', 'status=inactive'],
        ...['schedule.scheduleType=manual', 'schedule.scheduleType=cron', 'schedule.cronExpression'],
        ...['name', 'syncMode', 'cursorField', 'primaryKey'].map(
          (member) => `configurations.streams.${member}`,
        ),
      ],
    },
    patchConnection: {
      id: 'patchConnection',
      sends: [
        ...['name', 'status=active', 'status=inactive', 'schedule.cronExpression'],
        ...['schedule.scheduleType=manual', 'schedule.scheduleType=cron'],
      ],
    },
    deleteConnection: { id: 'deleteConnection', sends: [] },
    listJobs: {
      id: 'listJobs',
      sends: ['?connectionId', '?status', '?jobType', '?workspaceIds', '?limit', '?offset', '?orderBy'],
    },
    getJob: { id: 'getJob', sends: [] },
    createJob: { id: 'createJob', sends: ['connectionId', 'jobType=sync'] },
    cancelJob: { id: 'cancelJob', sends: [] },
    getSource: { id: 'getSource', sends: [] },
    listSources: { id: 'listSources', sends: ['?workspaceIds', '?includeDeleted', '?limit', '?offset'] },
    getDestination: { id: 'getDestination', sends: [] },
    listDestinations: {
      id: 'listDestinations',
      sends: ['?workspaceIds', '?includeDeleted', '?limit', '?offset'],
    },
    listTags: { id: 'listTags', sends: ['?workspaceIds'] },
    createTag: { id: 'createTag', sends: ['name', 'color', 'workspaceId'] },
    listStreams: { id: 'getStreamProperties', sends: ['?sourceId', '?destinationId'] },
  };

/** Parts of the API that an exchange exercises: its operation, and each member that was sent. */
export function shownBy(operationId: string, { query, requestBody }: Exchange): string[] {
  const body: unknown = requestBody.startsWith('{') ? JSON.parse(requestBody) : null;
  const sent = [...[...query.keys()].map((name) => `?${name}`), ...membersOf(body)];
  return [operationId, ...sent.map((one) => `${operationId} ${one}`)];
}

/** Paths of a JSON value's members, and those of texts with the text too: `a.b` and `a.b=c`. */
function membersOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return [path, ...value.flatMap((item) => membersOf(item, path))];
  if (isJson(value))
    return Object.entries(value).flatMap(([name, member]) =>
      membersOf(member, path === '' ? name : `${path}.${name}`),
    );
  return typeof value === 'string' ? [path, `${path}=${value}`] : [path];
}

/** Members that the client can send and that were never seen on the wire. */
export function notShown(shown: ReadonlySet<string>): string[] {
  return Object.values(CLIENT_OPERATIONS)
    .flatMap(({ id, sends }) => [id, ...sends.map((one) => `${id} ${one}`)])
    .filter((wanted) => !shown.has(wanted));
}
