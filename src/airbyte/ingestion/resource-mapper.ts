import { strongTag } from '../../http/conditional';
import type { AirbyteConnection, AirbyteStream } from '../client/model/airbyte-types';
import { readSchedule } from '../schedule';
import type { IngestionDto } from '../core/dto/ingestion.dto';
import type { StreamDto } from '../core/dto/stream.dto';
import { ownFreshness } from '../core/freshness';
import { ingestionStatus, upstreamStatus } from '../core/ingestion-mapper';

/** Maps a connection to the API's representation. */
export function toResource(connection: AirbyteConnection): IngestionDto {
  return {
    connectionId: connection.connectionId,
    name: connection.name,
    sourceId: connection.sourceId,
    destinationId: connection.destinationId,
    workspaceId: connection.workspaceId,
    status: ingestionStatus(connection),
    upstreamStatus: upstreamStatus(connection),
    schedule: readSchedule(connection.schedule).schedule,
    streams: connection.streams.map(toStream),
    freshness: ownFreshness(connection),
    created: connection.createdAt?.toISOString() ?? null,
  };
}

/** Entity tag of the resource. Fields that callers cannot write never change. */
export function resourceTag(resource: IngestionDto): string {
  return strongTag(resource);
}

function toStream({ name, namespace, syncMode, cursorField, primaryKey }: AirbyteStream): StreamDto {
  return {
    name,
    namespace,
    syncMode,
    cursorField: [...cursorField],
    primaryKey: primaryKey.map((path) => [...path]),
  };
}
