import { randomUUID } from 'node:crypto';
import type { Connectors } from '../engine/connectors';
import { objectAt, stringAt } from '../json';
import type { Now } from '../log';
import type { Actor, ActorKind, ActorStore } from '../store/actors';
import { badRequest, frameworkError, notFound, unknownId } from './errors';
import { pageAnswer, pageOf, requiredString, workspaceIdsOf } from './input';
import type { ApiRequest, Route } from './router';
import { actorBody } from './wire';

/** What the operations on sources and destinations need. */
export interface ActorRoutesOptions {
  readonly actors: ActorStore;
  readonly connectors: Connectors;
  readonly now: Now;
  readonly hasWorkspace: (id: string) => boolean;
  /** Deletes the connections that use an actor. */
  readonly deleteConnectionsUsing: (actorId: string) => Promise<void>;
}

const RESOURCE_TYPES = { source: 'SOURCE_CONNECTION', destination: 'DESTINATION_CONNECTION' } as const;

/** List, create, get and delete, for sources or for destinations: both work alike. */
export function actorRoutes(kind: ActorKind, options: ActorRoutesOptions): Route[] {
  const { actors, connectors } = options;
  const body = (actor: Actor): object => actorBody(actor, connectors.typeOf(actor.definitionId));
  const find = (id: string): Actor => {
    const actor = actors.find(kind, id);
    if (actor === null) throw unknownId(RESOURCE_TYPES[kind], id);
    return actor;
  };
  return [
    { method: 'GET', path: `/${kind}s`, handle: (request) => listActors(kind, options, body, request) },
    {
      method: 'POST',
      path: `/${kind}s`,
      handle: async (request) => ({ status: 200, body: body(await createActor(kind, options, request)) }),
    },
    {
      method: 'GET',
      path: `/${kind}s/:id`,
      handle: ({ params }) => ({ status: 200, body: body(find(params['id'] ?? '')) }),
    },
    {
      method: 'DELETE',
      path: `/${kind}s/:id`,
      handle: async ({ params }) => {
        const actor = find(params['id'] ?? '');
        await options.deleteConnectionsUsing(actor.id);
        actors.delete(kind, actor.id);
        return { status: 204 };
      },
    },
  ];
}

function listActors(
  kind: ActorKind,
  { actors }: ActorRoutesOptions,
  body: (actor: Actor) => object,
  { query }: ApiRequest,
): { status: number; body: object } {
  const page = pageOf(query);
  const found = actors.list(kind, { ...page, workspaceIds: workspaceIdsOf(query) });
  return { status: 200, body: pageAnswer(`${kind}s`, page, '', found.map(body)) };
}

async function createActor(
  kind: ActorKind,
  options: ActorRoutesOptions,
  request: ApiRequest,
): Promise<Actor> {
  const name = requiredString(request, 'name');
  const workspaceId = requiredString(request, 'workspaceId');
  const configuration = objectAt(request.body, 'configuration');
  if (configuration === undefined) {
    throw frameworkError(400, 'Bad Request', request.path, 'Required property configuration is missing');
  }
  if (!options.hasWorkspace(workspaceId)) throw notFound('WORKSPACE', workspaceId);
  const type = stringAt(configuration, `${kind}Type`);
  const definitionId =
    stringAt(request.body, 'definitionId') ?? options.connectors.definitionOf(kind, type ?? '');
  if (definitionId === null || !options.connectors.has(kind, definitionId)) {
    throw badRequest(options.connectors.unknownMessage(kind, definitionId ?? type ?? ''));
  }
  const failure = await options.connectors.check(definitionId, configuration);
  if (failure !== null) throw badRequest(`The connection check failed: ${failure}`);
  const actor: Actor = {
    id: randomUUID(),
    kind,
    name,
    definitionId,
    workspaceId,
    configuration,
    shown: await options.connectors.shown(definitionId, configuration),
    createdAt: options.now(),
  };
  options.actors.insert(actor);
  return actor;
}
