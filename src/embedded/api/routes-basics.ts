import type { Connectors } from '../engine/connectors';
import { stringAt } from '../platform/json';
import type { Now } from '../platform/log';
import type { ActorStore } from '../store/actors';
import type { Workspace, WorkspaceStore } from '../store/workspaces';
import { frameworkError, notFound, problem, unknownId } from './errors';
import { pageResponse, pageOf, workspaceIdsOf } from './input';
import type { ApiRequest, ApiResponse, Route } from './router';
import { streamBody } from './streams';
import { TOKEN_LIFETIME_S, type Tokens } from './token';

/** Dependencies of health, sign-in, workspaces and stream discovery. */
export interface BasicRoutesOptions {
  readonly actors: ActorStore;
  readonly workspaces: WorkspaceStore;
  readonly connectors: Connectors;
  readonly tokens: Tokens;
  readonly now: Now;
  /** The reason why the state cannot be written, or null. */
  readonly storageFailure: () => string | null;
}

/** The operations beside sources, destinations, connections and jobs. */
export function basicRoutes(options: BasicRoutesOptions): Route[] {
  const { actors, workspaces, connectors, tokens, now, storageFailure } = options;
  return [
    {
      method: 'GET',
      path: '/health',
      anonymous: true,
      handle: () => {
        const reason = storageFailure();
        if (reason !== null)
          throw problem('service-unavailable', {
            message: `The embedded Airbyte cannot write to its data directory: ${reason}.`,
          });
        return { status: 200, text: 'Successful operation' };
      },
    },
    {
      method: 'POST',
      path: '/applications/token',
      anonymous: true,
      // The clients that Airbyte generates from its API description sign in with a form.
      takesForms: true,
      handle: (request) => signIn(tokens, now, request),
    },
    {
      method: 'GET',
      path: '/workspaces',
      handle: ({ query }) => {
        const page = pageOf(query);
        const found = workspaces.list({ ...page, ids: workspaceIdsOf(query) });
        return { status: 200, body: pageResponse('workspaces', page, '', found.map(workspaceBody)) };
      },
    },
    {
      method: 'GET',
      path: '/workspaces/:id',
      handle: ({ params }) => {
        const workspace = workspaces.find(params['id'] ?? '');
        if (workspace === null) throw unknownId('WORKSPACE', params['id'] ?? '');
        return { status: 200, body: workspaceBody(workspace) };
      },
    },
    { method: 'GET', path: '/streams', handle: (request) => listStreams(actors, connectors, request) },
  ];
}

async function signIn(tokens: Tokens, now: Now, { body, path }: ApiRequest): Promise<ApiResponse> {
  if (!tokens.accepts(stringAt(body, 'client_id') ?? '', stringAt(body, 'client_secret') ?? '')) {
    throw frameworkError(400, 'Bad Request', path, 'Invalid client id or client secret');
  }
  return {
    status: 200,
    body: { access_token: await tokens.issue(now()), token_type: 'Bearer', expires_in: TOKEN_LIFETIME_S },
  };
}

function workspaceBody({ id, name }: Workspace): object {
  return { workspaceId: id, name, dataResidency: 'auto', notifications: {} };
}

async function listStreams(
  actors: ActorStore,
  connectors: Connectors,
  { query, path }: ApiRequest,
): Promise<{ status: number; body: object }> {
  const sourceId = query.get('sourceId');
  if (sourceId === null)
    throw frameworkError(400, 'Bad Request', path, 'Required query value sourceId is missing');
  const source = actors.find('source', sourceId);
  if (source === null) throw notFound('SOURCE_CONNECTION', sourceId);
  const destinationId = query.get('destinationId');
  const destination = destinationId === null ? null : actors.find('destination', destinationId);
  if (destinationId !== null && destination === null) throw notFound('DESTINATION_CONNECTION', destinationId);
  const [streams, writes] = await Promise.all([
    connectors.discover(source, query.get('ignoreCache') === 'true'),
    destination === null ? null : connectors.writeModes(destination.definitionId),
  ]);
  return { status: 200, body: streams.map((stream) => streamBody(stream, writes)) };
}
