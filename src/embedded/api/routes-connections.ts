import { randomUUID } from 'node:crypto';
import type { Connectors } from '../engine/connectors';
import { changesWriteTarget } from '../engine/write-target/write-conflicts';
import { stringAt, type JsonObject } from '../platform/json';
import type { Now } from '../platform/log';
import type { Mutex } from '../platform/mutex';
import { parseQuartz, QuartzError } from '../cron/quartz';
import type { ActorStore } from '../store/actors';
import {
  CONNECTION_STATUSES,
  type Connection,
  type ConnectionStore,
  type DescribedStream,
} from '../store/connections';
import { cronRefused, notFound, plainError, problem, unknownId, unprocessable } from './errors';
import {
  cronOf,
  enumMember,
  pageResponse,
  pageOf,
  requiredString,
  streamChoicesOf,
  workspaceIdsOf,
} from './input';
import type { ApiRequest, Route } from './router';
import { selectStreams } from './streams';
import { connectionBody } from './response-bodies';

/** Dependencies of the operations on connections. */
export interface ConnectionRoutesOptions {
  readonly actors: ActorStore;
  readonly connections: ConnectionStore;
  readonly connectors: Connectors;
  readonly now: Now;
  /** Notifies the scheduler of a created, changed or deleted connection. */
  readonly changed: (connectionId: string) => void;
  /** Ends the running job of a connection. */
  readonly cancelJobOf: (connectionId: string) => Promise<void>;
  /** Why a connection would overwrite other data, or null. */
  readonly conflictOf: (connection: Connection) => Promise<string | null>;
  /** Serializes the check for conflicts and the insert, so that concurrent requests see each other. */
  readonly writeTargetMutex: Mutex;
}

const NAMESPACE_DEFINITIONS = ['source', 'destination', 'custom_format'] as const;
const SCHEMA_UPDATES = ['ignore', 'disable_connection', 'propagate_columns', 'propagate_fully'] as const;

/** List, create, get, patch and delete. */
export function connectionRoutes(options: ConnectionRoutesOptions): Route[] {
  const { connections } = options;
  return [
    {
      method: 'GET',
      path: '/connections',
      handle: ({ query }) => {
        const page = pageOf(query);
        const includeDeleted = query.get('includeDeleted') === 'true';
        const found = connections.list({ ...page, workspaceIds: workspaceIdsOf(query), includeDeleted });
        return { status: 200, body: pageResponse('connections', page, '', found.map(connectionBody)) };
      },
    },
    {
      method: 'POST',
      path: '/connections',
      handle: async (request) => ({
        status: 200,
        body: connectionBody(await createConnection(options, request)),
      }),
    },
    {
      method: 'GET',
      path: '/connections/:id',
      handle: ({ params }) => ({ status: 200, body: connectionBody(find(connections, params['id'] ?? '')) }),
    },
    {
      method: 'PATCH',
      path: '/connections/:id',
      handle: async (request) => ({
        status: 200,
        body: connectionBody(await patchConnection(options, request)),
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
  const cron = cronOf(request) ?? null;
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
  checkScheduler(cron?.expression);
  const connection: Connection = {
    id: randomUUID(),
    name: stringAt(request.body, 'name') ?? `${source.name} <> ${destination.name}`,
    sourceId,
    destinationId,
    workspaceId: source.workspaceId,
    status,
    cron,
    settings,
    streams,
    createdAt: options.now(),
  };
  await options.writeTargetMutex.run(async () => {
    await refuseConflict(options, connection);
    requireActors(actors, connection);
    connections.saveDescribed(connection, streams);
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

async function refuseConflict(
  { conflictOf }: ConnectionRoutesOptions,
  connection: Connection,
): Promise<void> {
  const conflict = await conflictOf(connection);
  if (conflict !== null) throw unprocessable(conflict);
}

/** Absent members keep their values. A list of streams replaces all streams. */
async function patchConnection(options: ConnectionRoutesOptions, request: ApiRequest): Promise<Connection> {
  const { connections } = options;
  const before = findChangeable(connections, request);
  const cron = cronOf(request);
  checkScheduler(cron?.expression);
  const chosen = await rechooseStreams(options, request, before);
  const after = await options.writeTargetMutex.run(() => applyPatch(options, request, cron, chosen));
  options.changed(after.id);
  return after;
}

async function applyPatch(
  options: ConnectionRoutesOptions,
  request: ApiRequest,
  cron: Connection['cron'] | undefined,
  chosen: DescribedStream[] | null,
): Promise<Connection> {
  const { connections } = options;
  const moved = patched(request, findChangeable(connections, request), cron, chosen);
  if (changesWriteTarget(findChangeable(connections, request), moved)) await refuseConflict(options, moved);
  // Read again after the wait, so that a concurrent change or deletion is kept.
  const after = patched(request, findChangeable(connections, request), cron, chosen);
  if (chosen === null) connections.save(after);
  else connections.saveDescribed(after, chosen);
  return after;
}

function patched(
  request: ApiRequest,
  before: Connection,
  cron: Connection['cron'] | undefined,
  chosen: DescribedStream[] | null,
): Connection {
  const status = enumMember(request, request.body, 'status', CONNECTION_STATUSES) ?? before.status;
  const settings = { ...before.settings, ...settingsOf(request) };
  const streams = chosen ?? before.streams;
  const name = stringAt(request.body, 'name') ?? before.name;
  return { ...before, name, status, settings, streams, cron: cron === undefined ? before.cron : cron };
}

function findChangeable(connections: ConnectionStore, { params }: ApiRequest): Connection {
  const connection = find(connections, params['id'] ?? '');
  if (connection.status === 'deprecated') throw notFound('STANDARD_SYNC', connection.id);
  if (connection.status === 'locked') throw plainError(409, 'The connection is locked.');
  return connection;
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

function checkScheduler(expression: string | undefined): void {
  if (expression === undefined) return;
  try {
    parseQuartz(expression);
  } catch (error) {
    if (error instanceof QuartzError) throw cronRefused(expression, error.message);
    throw error;
  }
}
