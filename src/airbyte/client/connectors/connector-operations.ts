import type { ListQuery } from '../model/airbyte-types';
import type { Operation } from '../model/operation';
import { queryString, read, segment } from '../model/request-builders';
import type { ActorKind, CreateActorInput, PatchActorInput } from './connector-types';

const NOUNS = { source: 'Source', destination: 'Destination' } as const;

/** One builder for each operation on sources and destinations. */
export const connectorOperations = {
  getActor: (kind: ActorKind, id: string): Operation =>
    read(`get${NOUNS[kind]}`, `/${kind}s/${segment(`get${NOUNS[kind]}`, id)}`),
  listActors: (kind: ActorKind, query: ListQuery): Operation =>
    read(`list${NOUNS[kind]}s`, `/${kind}s${queryString({ ...query })}`),
  /** Airbyte may run the check of the connector first. */
  createActor: (kind: ActorKind, input: CreateActorInput): Operation => ({
    name: `create${NOUNS[kind]}`,
    method: 'POST',
    path: `/${kind}s`,
    body: input,
    safety: 'once',
    lane: 'create',
    expects: 'json',
  }),
  patchActor: (kind: ActorKind, id: string, patch: PatchActorInput): Operation => ({
    name: `patch${NOUNS[kind]}`,
    method: 'PATCH',
    path: `/${kind}s/${segment(`patch${NOUNS[kind]}`, id)}`,
    body: patch,
    safety: 'idempotent',
    lane: patch.configuration ? 'create' : 'read',
    expects: 'json',
  }),
  deleteActor: (kind: ActorKind, id: string): Operation => ({
    name: `delete${NOUNS[kind]}`,
    method: 'DELETE',
    path: `/${kind}s/${segment(`delete${NOUNS[kind]}`, id)}`,
    safety: 'idempotent',
    lane: 'read',
    expects: 'nothing',
  }),
  /** Not paged by Airbyte. */
  listDefinitions: (kind: ActorKind, workspaceId: string): Operation =>
    read(
      `list${NOUNS[kind]}Definitions`,
      `/workspaces/${segment('listDefinitions', workspaceId)}/definitions/${kind}s`,
    ),
  listWorkspaces: (query: ListQuery): Operation =>
    read('listWorkspaces', `/workspaces${queryString({ ...query })}`),
};
