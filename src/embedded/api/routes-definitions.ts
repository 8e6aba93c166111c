import type { Connectors } from '../engine/connectors';
import type { ActorKind } from '../store/actors';
import { notFound } from './errors';
import type { Route } from './router';

/** The list of the connectors of a workspace, for sources or for destinations. */
export function definitionRoutes(
  kind: ActorKind,
  connectors: Connectors,
  hasWorkspace: (id: string) => boolean,
): Route[] {
  return [
    {
      method: 'GET',
      path: `/workspaces/:id/definitions/${kind}s`,
      handle: ({ params }) => {
        const id = params['id'] ?? '';
        if (!hasWorkspace(id)) throw notFound('WORKSPACE', id);
        const data = connectors.all(kind).map((definition) => ({
          id: definition.id,
          name: definition.type,
          dockerRepository: `airbyte/${kind}-${definition.type}`,
          dockerImageTag: 'embedded',
        }));
        return { status: 200, body: { data } };
      },
    },
  ];
}
