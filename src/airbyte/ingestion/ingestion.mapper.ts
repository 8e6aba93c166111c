import type { AirbyteConnection } from '../client/airbyte.types';
import { readSchedule, type Schedule } from '../schedule';
import { INGESTION_STATUSES, type IngestionDto, type IngestionStatus } from './dto/ingestion.dto';

/** Airbyte marks a deleted connection and goes on answering for it. */
export function isDeleted(connection: AirbyteConnection): boolean {
  return connection.status === 'deprecated';
}

/** Airbyte's word for a connection's state, or `unknown` for one that this version has not met. */
export function ingestionStatus(connection: AirbyteConnection): IngestionStatus {
  return INGESTION_STATUSES.find((status) => status === connection.status) ?? 'unknown';
}

/** Airbyte's own word where ours is `unknown`, null otherwise. */
export function upstreamStatus(connection: AirbyteConnection): string | null {
  return ingestionStatus(connection) === 'unknown' ? connection.status : null;
}

/** A created connection in the gateway's words; its schedule is null where the caller `asked` for none. */
export function toIngestion(connection: AirbyteConnection, asked: Schedule | null): IngestionDto {
  return {
    connectionId: connection.connectionId,
    sourceId: connection.sourceId,
    destinationId: connection.destinationId,
    name: connection.name,
    status: ingestionStatus(connection),
    schedule: asked === null ? null : readSchedule(connection.schedule).schedule,
    created: connection.createdAt.toISOString(),
  };
}
