import type { AirbyteConnection } from '../client/model/airbyte-types';
import { readSchedule } from '../schedule';
import { ingestionStatus } from './ingestion-mapper';

/** Conditions on a connection. Absent and null ones always hold. */
export interface ConnectionFilter {
  readonly status?: string | null;
  readonly scheduleType?: string | null;
  readonly sourceId?: string | null;
  readonly destinationId?: string | null;
  /** Part of the name, case-insensitive. */
  readonly name?: string | null;
}

/** Whether all conditions hold. */
export function matchesConnection(connection: AirbyteConnection, filter: ConnectionFilter): boolean {
  const status = filter.status ?? null;
  const scheduleType = filter.scheduleType ?? null;
  const name = filter.name?.toLowerCase() ?? '';
  return (
    (status === null || ingestionStatus(connection) === status) &&
    (scheduleType === null || readSchedule(connection.schedule).schedule.scheduleType === scheduleType) &&
    connection.sourceId === (filter.sourceId ?? connection.sourceId) &&
    connection.destinationId === (filter.destinationId ?? connection.destinationId) &&
    connection.name.toLowerCase().includes(name)
  );
}
