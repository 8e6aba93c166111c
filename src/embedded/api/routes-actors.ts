import { randomUUID } from 'node:crypto';
import type { Connectors } from '../engine/connectors';
import { objectAt, stringAt, type JsonObject } from '../platform/json';
import type { Now } from '../platform/log';
import type { Actor, ActorKind, ActorStore } from '../store/actors';
import {
  changedConfiguration,
  checkConfiguration,
  definitionOf,
  isSameConfiguration,
} from './actor-configuration';
import { frameworkError, notFound, unknownId, unprocessable } from './errors';
import { pageResponse, pageOf, requiredString, workspaceIdsOf } from './input';
import type { ApiRequest, Route } from './router';
import { actorBody } from './response-bodies';

/** Dependencies of the operations on sources and destinations. */
export interface ActorRoutesOptions {
  readonly actors: ActorStore;
  readonly connectors: Connectors;
  readonly now: Now;
  readonly hasWorkspace: (id: string) => boolean;
  /** Deletes the connections that use an actor. */
  readonly deleteConnectionsUsing: (actorId: string) => Promise<void>;
  /** Reason why the changed actor would make a connection overwrite other data; null if it would not. */
  readonly conflictOf: (actor: Actor) => Promise<string | null>;
}

const RESOURCE_TYPES = { source: 'SOURCE_CONNECTION', destination: 'DESTINATION_CONNECTION' } as const;

/** List, create, get, replace, change and delete, for sources or for destinations. */
export function actorRoutes(kind: ActorKind, options: ActorRoutesOptions): Route[] {
  const { actors, connectors } = options;
  const body = (actor: Actor, request: ApiRequest): object =>
    actorBody(actor, connectors.typeOf(actor.definitionId), request);
  const path = `/${kind}s/:id`;
  return [
    { method: 'GET', path: `/${kind}s`, handle: (request) => listActors(kind, options, body, request) },
    {
      method: 'POST',
      path: `/${kind}s`,
      handle: async (request) => ({
        status: 200,
        body: body(await createActor(kind, options, request), request),
      }),
    },
    {
      method: 'GET',
      path,
      handle: (request) => ({ status: 200, body: body(findActor(kind, actors, request), request) }),
    },
    {
      method: 'PUT',
      path,
      handle: async (request) => ({
        status: 200,
        body: body(await replaceActor(kind, options, request), request),
      }),
    },
    {
      method: 'PATCH',
      path,
      handle: async (request) => ({
        status: 200,
        body: body(await patchActor(kind, options, request), request),
      }),
    },
    {
      method: 'DELETE',
      path,
      handle: async (request) => {
        const actor = findActor(kind, actors, request);
        await options.deleteConnectionsUsing(actor.id);
        actors.delete(kind, actor.id);
        return { status: 204 };
      },
    },
  ];
}

function findActor(kind: ActorKind, actors: ActorStore, { params }: ApiRequest): Actor {
  const id = params['id'] ?? '';
  const actor = actors.find(kind, id);
  if (actor === null) throw unknownId(RESOURCE_TYPES[kind], id);
  return actor;
}

function listActors(
  kind: ActorKind,
  { actors }: ActorRoutesOptions,
  body: (actor: Actor, request: ApiRequest) => object,
  request: ApiRequest,
): { status: number; body: object } {
  const { query } = request;
  const page = pageOf(query);
  const found = actors.list(kind, { ...page, workspaceIds: workspaceIdsOf(query) });
  const rows = found.map((actor) => body(actor, request));
  return { status: 200, body: pageResponse(`${kind}s`, page, '', rows) };
}

async function createActor(
  kind: ActorKind,
  options: ActorRoutesOptions,
  request: ApiRequest,
): Promise<Actor> {
  const { connectors } = options;
  const name = requiredString(request, 'name');
  const workspaceId = requiredString(request, 'workspaceId');
  const sent = requiredConfiguration(request);
  if (!options.hasWorkspace(workspaceId)) throw notFound('WORKSPACE', workspaceId);
  const definitionId = definitionOf(kind, connectors, request.body, sent);
  const checked = await checkConfiguration(kind, connectors, definitionId, sent);
  const actor: Actor = {
    id: randomUUID(),
    kind,
    name,
    definitionId,
    workspaceId,
    ...checked,
    createdAt: options.now(),
  };
  options.actors.insert(actor);
  return actor;
}

/** Replaces the name and the configuration. */
async function replaceActor(
  kind: ActorKind,
  options: ActorRoutesOptions,
  request: ApiRequest,
): Promise<Actor> {
  const name = requiredString(request, 'name');
  const sent = requiredConfiguration(request);
  return changeActor(kind, options, request, { name, sent, replaces: true });
}

/** Absent members keep their values, also in the configuration. */
async function patchActor(kind: ActorKind, options: ActorRoutesOptions, request: ApiRequest): Promise<Actor> {
  const name = request.body['name'] === undefined ? undefined : requiredString(request, 'name');
  const sent = request.body['configuration'] === undefined ? undefined : requiredConfiguration(request);
  return changeActor(kind, options, request, { name, sent, replaces: false });
}

interface ActorChange {
  readonly name: string | undefined;
  readonly sent: JsonObject | undefined;
  readonly replaces: boolean;
}

/** Checks the new configuration before it is stored. If another request changed the actor during the check, merges and checks again. */
async function changeActor(
  kind: ActorKind,
  { actors, connectors, conflictOf }: ActorRoutesOptions,
  request: ApiRequest,
  { name, sent, replaces }: ActorChange,
): Promise<Actor> {
  for (;;) {
    const before = findActor(kind, actors, request);
    const checked =
      sent === undefined
        ? null
        : await checkConfiguration(
            kind,
            connectors,
            before.definitionId,
            changedConfiguration(before, connectors, sent, replaces),
          );
    const conflict = checked === null ? null : await conflictOf({ ...before, ...checked });
    if (conflict !== null) throw unprocessable(conflict);
    const current = findActor(kind, actors, request);
    if (checked !== null && !isSameConfiguration(before, current)) continue;
    const after: Actor = { ...current, name: name ?? current.name, ...checked };
    actors.update(after);
    return after;
  }
}

function requiredConfiguration({ body, path }: ApiRequest): JsonObject {
  const configuration = objectAt(body, 'configuration');
  if (configuration === undefined)
    throw frameworkError(
      400,
      'Bad Request',
      path,
      stringAt(body, 'configuration') === undefined && body['configuration'] === undefined
        ? 'Required property configuration is missing'
        : 'configuration must be an object',
    );
  return configuration;
}
