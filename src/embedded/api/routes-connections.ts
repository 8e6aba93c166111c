import { randomUUID } from 'node:crypto';
import type { Connectors } from '../engine/connectors';
import type { Schedule } from '../model/schedule';
import { stringAt, type JsonObject } from '../platform/json';
import type { ActorStore } from '../store/actors';
import {
  CONNECTION_STATUSES,
  type Connection,
  type ConnectionStore,
  type DescribedStream,
} from '../store/connections';
import {
  changeConnection,
  findChangeable,
  refuseConflict,
  type ConnectionChangeOptions,
} from './connection-change';
import { checkExpression } from './cron-check';
import { notFound, problem, unknownId } from './errors';
import {
  scheduleOf,
  enumMember,
  pageResponse,
  pageOf,
  requiredString,
  streamChoicesOf,
  workspaceIdsOf,
} from './input';
import type { ApiRequest, Route } from './router';
import { tagIdsOf } from './routes-tags';
import { selectStreams } from './streams';
import { connectionBody } from './response-bodies';

/** Dependencies of the operations on connections. */
export interface ConnectionRoutesOptions extends ConnectionChangeOptions {
  readonly actors: ActorStore;
  readonly connectors: Connectors;
}

const NAMESPACE_DEFINITIONS = ['source', 'destination', 'custom_format'] as const;
const SCHEMA_UPDATES = ['ignore', 'disable_connection', 'propagate_columns', 'propagate_fully'] as const;

/** List, create, get, patch and delete. */
export function connectionRoutes(options: ConnectionRoutesOptions): Route[] {
  const { connections, tags } = options;
  const bodyOf = (connection: Connection): JsonObject => connectionBody(connection, tags.of(connection.id));
  return [
    {
      method: 'GET',
      path: '/connections',
      handle: ({ query }) => {
        const page = pageOf(query);
        const includeDeleted = query.get('includeDeleted') === 'true';
        const found = connections.list({ ...page, workspaceIds: workspaceIdsOf(query), includeDeleted });
        return { status: 200, body: pageResponse('connections', page, '', found.map(bodyOf)) };
      },
    },
    {
      method: 'POST',
      path: '/connections',
      handle: async (request) => ({
        status: 200,
        body: bodyOf(await createConnection(options, request)),
      }),
    },
    {
      method: 'GET',
      path: '/connections/:id',
      handle: ({ params }) => ({ status: 200, body: bodyOf(find(connections, params['id'] ?? '')) }),
    },
    {
      method: 'PATCH',
      path: '/connections/:id',
      handle: async (request) => ({
        status: 200,
        body: bodyOf(await patchConnection(options, request)),
      }),
    },
    {
      method: 'DELETE',
      path: '/connections/:id',
      handle: async ({ params }) => {
        await deleteConnection(options, find(connections, params['id'] ?? ''));
        return { status: 204 };
      },
    },
  ];
}

/** Deletes a connection as Airbyte does: its status becomes `deprecated`. */
export async function deleteConnection(
  {
    connections,
    changed,
    cancelJobOf,
  }: Pick<ConnectionRoutesOptions, 'connections' | 'changed' | 'cancelJobOf'>,
  connection: Connection,
): Promise<void> {
  connections.save({ ...connection, status: 'deprecated' });
  changed(connection.id);
  await cancelJobOf(connection.id);
}

function find(connections: ConnectionStore, id: string): Connection {
  const connection = connections.find(id);
  if (connection === null) throw unknownId('STANDARD_SYNC', id);
  return connection;
}

/** Checks in Airbyte's order: expression, destination, source, discovery, workspaces, scheduler. */
async function createConnection(options: ConnectionRoutesOptions, request: ApiRequest): Promise<Connection> {
  const { actors, connections } = options;
  const sourceId = requiredString(request, 'sourceId');
  const destinationId = requiredString(request, 'destinationId');
  const schedule = scheduleOf(request) ?? { kind: 'manual' };
  const status = enumMember(request, request.body, 'status', CONNECTION_STATUSES) ?? 'active';
  const settings = {
    nonBreakingSchemaUpdatesBehavior: 'ignore',
    namespaceDefinition: 'destination',
    prefix: '',
    ...settingsOf(request),
  };
  const destination = actors.find('destination', destinationId);
  if (destination === null) throw notFound('DESTINATION_CONNECTION', destinationId);
  const source = actors.find('source', sourceId);
  if (source === null) throw notFound('SOURCE_CONNECTION', sourceId);
  const streams = await chooseStreams(options, sourceId, destination.definitionId, request);
  if (source.workspaceId !== destination.workspaceId) throw problem('unexpected-problem', null);
  checkScheduler(schedule);
  const tagIds = tagIdsOf(options.tags, request, source.workspaceId);
  const connection: Connection = {
    id: randomUUID(),
    name: stringAt(request.body, 'name') ?? `${source.name} <> ${destination.name}`,
    sourceId,
    destinationId,
    workspaceId: source.workspaceId,
    status,
    schedule,
    settings,
    streams,
    createdAt: options.now(),
  };
  await options.writeTargetMutex.run(async () => {
    await refuseConflict(options, connection);
    requireActors(actors, connection);
    connections.transaction(() => {
      connections.saveDescribed(connection, streams);
      if (tagIds !== null) options.tags.assign(connection.id, tagIds);
    });
  });
  options.changed(connection.id);
  return connection;
}

/** Discovery takes time, and either actor may have been deleted meanwhile. */
function requireActors(actors: ActorStore, { sourceId, destinationId }: Connection): void {
  if (actors.find('destination', destinationId) === null)
    throw notFound('DESTINATION_CONNECTION', destinationId);
  if (actors.find('source', sourceId) === null) throw notFound('SOURCE_CONNECTION', sourceId);
}

/** Absent members keep their values. A list of streams replaces all streams. */
async function patchConnection(options: ConnectionRoutesOptions, request: ApiRequest): Promise<Connection> {
  const id = request.params['id'] ?? '';
  const before = findChangeable(options.connections, id);
  const schedule = scheduleOf(request);
  checkScheduler(schedule);
  const tagIds = tagIdsOf(options.tags, request, before.workspaceId);
  const streams = await rechooseStreams(options, request, before);
  const apply = (current: Connection): Connection => patched(request, current, schedule, streams);
  const hasStatus = stringAt(request.body, 'status') !== undefined;
  return changeConnection(options, id, { apply, streams, tagIds, reason: null, hasStatus, byUser: true });
}

function patched(
  request: ApiRequest,
  before: Connection,
  schedule: Schedule | undefined,
  chosen: DescribedStream[] | null,
): Connection {
  const status = enumMember(request, request.body, 'status', CONNECTION_STATUSES) ?? before.status;
  const settings = { ...before.settings, ...settingsOf(request) };
  const streams = chosen ?? before.streams;
  const name = stringAt(request.body, 'name') ?? before.name;
  return { ...before, name, status, settings, streams, schedule: schedule ?? before.schedule };
}

/** The new streams of a change; null if it names none. */
async function rechooseStreams(
  options: ConnectionRoutesOptions,
  request: ApiRequest,
  { sourceId, destinationId }: Connection,
): Promise<DescribedStream[] | null> {
  const destination = options.actors.find('destination', destinationId);
  if (streamChoicesOf(request).length === 0 || destination === null) return null;
  return chooseStreams(options, sourceId, destination.definitionId, request);
}

async function chooseStreams(
  { actors, connectors }: ConnectionRoutesOptions,
  sourceId: string,
  destinationDefinitionId: string,
  request: ApiRequest,
): Promise<DescribedStream[]> {
  const source = actors.find('source', sourceId);
  if (source === null) throw notFound('SOURCE_CONNECTION', sourceId);
  const choices = streamChoicesOf(request);
  const writes = await connectors.writeModes(destinationDefinitionId);
  const known = await connectors.discover(source);
  const names = new Set(known.map(({ name }) => name));
  const isNew = known.length === 0 || choices.some(({ name }) => !names.has(name));
  // The requested stream may have been created since the cached discovery.
  const found = isNew ? await connectors.discover(source, true) : known;
  return selectStreams(found, writes, choices);
}

function settingsOf(request: ApiRequest): JsonObject {
  const { body } = request;
  const members = {
    nonBreakingSchemaUpdatesBehavior: enumMember(
      request,
      body,
      'nonBreakingSchemaUpdatesBehavior',
      SCHEMA_UPDATES,
    ),
    namespaceDefinition: enumMember(request, body, 'namespaceDefinition', NAMESPACE_DEFINITIONS),
    namespaceFormat: stringAt(body, 'namespaceFormat'),
    prefix: stringAt(body, 'prefix'),
  };
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

/** @throws ApiError 400 if the scheduler cannot read the expression */
function checkScheduler(schedule: Schedule | undefined): void {
  if (schedule?.kind === 'cron') checkExpression(schedule.expression);
}
