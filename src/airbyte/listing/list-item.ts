import { ingestionStatus, upstreamStatus } from '../core/ingestion-mapper';
import { syncStateOf } from '../core/job-status';
import { freshnessIn, type Tolerances } from '../core/status-facts';
import type { ObservedIngestion } from '../mirror/observed-ingestion';
import { healthOf, lastSyncOf, readFacts } from '../status/status-report';
import type { IngestionListItemDto } from './dto/ingestion-list.dto';

/** Maps an ingestion to a list item. */
export function toListItem(
  observed: ObservedIngestion,
  now: Date,
  tolerances: Tolerances,
): IngestionListItemDto {
  const { connection, newestJobs } = observed;
  const inputs = readFacts(observed, now);
  const { facts, schedule, upcoming } = inputs;
  return {
    connectionId: connection.connectionId,
    name: connection.name,
    sourceId: connection.sourceId,
    destinationId: connection.destinationId,
    workspaceId: connection.workspaceId,
    status: ingestionStatus(connection),
    upstreamStatus: upstreamStatus(connection),
    schedule,
    lastSync: lastSyncOf(facts),
    nextSync: upcoming.nextSyncs[0]?.toISOString() ?? null,
    nextSyncReason: upcoming.reason,
    syncState: syncStateOf(newestJobs),
    health: healthOf(inputs, observed, tolerances).health,
    freshness: freshnessIn(connection, tolerances),
    created: connection.createdAt?.toISOString() ?? null,
  };
}
