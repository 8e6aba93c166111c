import { isMembers, members, optionalEpochSeconds, optionalText, recordId } from '../model/parse';
import type { ActorKind, AirbyteActor, AirbyteDefinition } from './connector-types';

/** Only the id is required. */
export function parseActor(kind: ActorKind, body: unknown): AirbyteActor {
  const from = members(body, kind);
  const configuration = from['configuration'];
  return {
    id: recordId(from, `${kind}Id`),
    name: optionalText(from, 'name') ?? '',
    type: optionalText(from, `${kind}Type`),
    definitionId: optionalText(from, 'definitionId'),
    workspaceId: optionalText(from, 'workspaceId') ?? '',
    configuration: isMembers(configuration) ? withoutType(kind, configuration) : {},
    createdAt: optionalEpochSeconds(from, 'createdAt'),
  };
}

/** Airbyte adds the type of the connector to its configuration. */
function withoutType(
  kind: ActorKind,
  configuration: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(configuration).filter(([name]) => name !== `${kind}Type`));
}

export function parseDefinition(body: unknown): AirbyteDefinition {
  const from = members(body, 'definition');
  return {
    id: recordId(from, 'id'),
    name: optionalText(from, 'name') ?? '',
    dockerRepository: optionalText(from, 'dockerRepository') ?? '',
    version: optionalText(from, 'dockerImageTag'),
    documentationUrl: optionalText(from, 'documentationUrl'),
  };
}

export function parseWorkspaceId(body: unknown): string {
  return recordId(members(body, 'workspace'), 'workspaceId');
}
