import { nextSync, readSchedule } from '../schedule';
import type { IngestionStatusDto } from './dto/ingestion-status.dto';
import { ingestionStatus } from './ingestion.mapper';
import type { IngestionSnapshot } from './status.reader';

/** Says how an ingestion stands at a moment, from what Airbyte holds of it. */
export function statusOf(snapshot: IngestionSnapshot, now: Date): IngestionStatusDto {
  const { connection, newestJobs, newestSuccess } = snapshot;
  const status = ingestionStatus(connection);
  const { schedule, timing } = readSchedule(connection.schedule);
  const next = nextSync(timing, {
    now,
    isActive: status === 'active',
    newestJobStartedAt: newestJobs[0]?.startTime ?? null,
  });
  return {
    connectionId: connection.connectionId,
    status,
    lastSync: newestSuccess?.lastUpdatedAt?.toISOString() ?? null,
    nextSync: next?.toISOString() ?? null,
    schedule,
  };
}
