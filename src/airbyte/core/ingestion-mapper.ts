import type { AirbyteConnection } from '../client/model/airbyte-types';
import { INGESTION_STATUSES, type IngestionStatus } from './dto/ingestion.dto';

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
