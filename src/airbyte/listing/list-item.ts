import type { AirbyteConnection } from '../client/model/airbyte-types';
import { ingestionStatus, upstreamStatus } from '../core/ingestion-mapper';
import type { RunFacts, Tolerances } from '../core/status-facts';
import { assessHealth } from '../status/health';
import { lastSyncOf, readSnapshot } from '../status/status-report';
import { syncStateOf } from '../core/job-status';
import type { IngestionListItemDto } from './dto/ingestion-list.dto';

/** Maps a snapshot to a list item. */
export function toListItem(
  snapshot: RunFacts & { readonly connection: AirbyteConnection },
  now: Date,
  tolerances: Tolerances,
): IngestionListItemDto {
  const { connection, newestJobs } = snapshot;
  const { facts, schedule, upcoming } = readSnapshot(snapshot, now);
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
    health: assessHealth(facts, tolerances).health,
    created: connection.createdAt?.toISOString() ?? null,
  };
}
