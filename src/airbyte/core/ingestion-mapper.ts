import type { AirbyteConnection } from '../client/model/airbyte-types';
import { INGESTION_STATUSES, type IngestionStatus } from './dto/ingestion.dto';

/** Airbyte keeps deleted connections with status `deprecated`. */
export function isDeleted(connection: AirbyteConnection): boolean {
  return connection.status === 'deprecated';
}

/** Status of a connection; `unknown` for a value that this version does not know. */
export function ingestionStatus(connection: AirbyteConnection): IngestionStatus {
  return INGESTION_STATUSES.find((status) => status === connection.status) ?? 'unknown';
}

/** Airbyte's value if the status is `unknown`; null otherwise. */
export function upstreamStatus(connection: AirbyteConnection): string | null {
  return ingestionStatus(connection) === 'unknown' ? connection.status : null;
}
