import { strongTag } from '../../http/conditional';
import type { AirbyteActor } from '../client/connectors/connector-types';
import type { Members } from '../client/model/parse';
import { maskConfiguration } from './configuration/secrets';
import type { DestinationDetailsDto, SourceDetailsDto } from './dto/actor.dto';

/** A source or destination in an answer, before its id has a name. */
type ShownActor = Omit<SourceDetailsDto, 'sourceId'> & { readonly id: string };

/** @param specification null: the schema of the connector is not known */
export function toShown(actor: AirbyteActor, specification: Members | null): ShownActor {
  const { id, name, type, definitionId, workspaceId, configuration, createdAt } = actor;
  return {
    id,
    name,
    type,
    definitionId,
    workspaceId,
    configuration: maskConfiguration(configuration, specification),
    created: createdAt?.toISOString() ?? null,
  };
}

export function toSource({ id, ...rest }: ShownActor): SourceDetailsDto {
  return { sourceId: id, ...rest };
}

export function toDestination({ id, ...rest }: ShownActor): DestinationDetailsDto {
  return { destinationId: id, ...rest };
}

/** Entity tag of a source or destination. A changed secret does not change it, because Airbyte does not show secrets. */
export function actorTag(shown: ShownActor): string {
  return strongTag(shown);
}
