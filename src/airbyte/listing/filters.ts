import type { AirbyteConnection } from '../client/model/airbyte-types';
import { ingestionStatus } from '../core/ingestion-mapper';
import { readSchedule } from '../schedule';
import type { IngestionListQueryDto } from './dto/ingestion-list.dto';

/** Whether the connection matches all filters that do not need its runs. */
export function matchesConnection(connection: AirbyteConnection, query: IngestionListQueryDto): boolean {
  const { status, scheduleType, sourceId, destinationId, name } = query;
  return (
    (status === undefined || ingestionStatus(connection) === status) &&
    (scheduleType === undefined ||
      readSchedule(connection.schedule).schedule.scheduleType === scheduleType) &&
    (sourceId === undefined || connection.sourceId === sourceId) &&
    (destinationId === undefined || connection.destinationId === destinationId) &&
    (name === undefined || connection.name.toLowerCase().includes(name.toLowerCase()))
  );
}
