import type { Connectors } from '../../engine/connectors';
import { objectAt, type JsonObject } from '../../platform/json';
import type { Actor, ActorKind, ActorStore } from '../../store/actors';
import { checkFailure } from '../actor-configuration';
import { configNotFound, frameworkError } from '../errors';
import { requiredString } from '../input';
import type { ApiRequest, Route } from '../router';
import { operation } from './input';

export interface ConnectorRoutesOptions {
  readonly actors: ActorStore;
  readonly connectors: Connectors;
}

/** Specifications and checks, for sources or for destinations. */
export function connectorRoutes(kind: ActorKind, options: ConnectorRoutesOptions): Route[] {
  const { connectors } = options;
  return [
    operation(`/${kind}_definition_specifications/get`, async (request) => {
      const definitionId = requiredDefinition(kind, connectors, request);
      const connectionSpecification = await connectors.connectionSpecification(definitionId);
      return {
        [`${kind}DefinitionId`]: definitionId,
        connectionSpecification,
        jobInfo: JOB_INFO,
      };
    }),
    operation(`/${kind}s/check_connection`, async (request) => {
      const { definitionId, configuration } = requiredActor(kind, options, request);
      return checkBody(await checkFailure(kind, connectors, definitionId, configuration));
    }),
    operation(`/scheduler/${kind}s/check_connection`, async (request) => {
      const definitionId = requiredDefinition(kind, connectors, request);
      const configuration = objectAt(request.body, 'connectionConfiguration');
      if (configuration === undefined)
        throw frameworkError(
          400,
          'Bad Request',
          request.path,
          'Required property connectionConfiguration is missing',
        );
      return checkBody(await checkFailure(kind, connectors, definitionId, configuration));
    }),
  ];
}

/** Airbyte runs these commands as jobs. */
const JOB_INFO = { succeeded: true, connectorConfigurationUpdated: false };

function checkBody(failure: string | null): JsonObject {
  return failure === null
    ? { status: 'succeeded', jobInfo: JOB_INFO }
    : { status: 'failed', message: failure, jobInfo: JOB_INFO };
}

function requiredDefinition(kind: ActorKind, connectors: Connectors, request: ApiRequest): string {
  const id = requiredString(request, `${kind}DefinitionId`);
  if (connectors.has(kind, id)) return id;
  throw configNotFound(
    kind === 'source' ? 'STANDARD_SOURCE_DEFINITION' : 'STANDARD_DESTINATION_DEFINITION',
    id,
  );
}

function requiredActor(kind: ActorKind, { actors }: ConnectorRoutesOptions, request: ApiRequest): Actor {
  const id = requiredString(request, `${kind}Id`);
  const actor = actors.find(kind, id);
  if (actor === null)
    throw configNotFound(kind === 'source' ? 'SOURCE_CONNECTION' : 'DESTINATION_CONNECTION', id);
  return actor;
}
