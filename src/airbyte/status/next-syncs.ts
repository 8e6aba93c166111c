import { nextSyncs, type Timing } from '../schedule';
import { queuedAt, type StatusFacts } from '../core/status-facts';
import type { NextSyncReason } from '../core/status-enums';

/** Number of firings in a status. */
const COUNT = 3;

export interface NextSyncs {
  readonly nextSyncs: readonly Date[];
  readonly reason: NextSyncReason;
}

/** Next firings of the stored schedule, and the reason for their presence or absence. */
export function nextSyncsOf({ connection, timing, newestJobs, now }: StatusFacts): NextSyncs {
  const blocked = blockingReason(connection.status, timing);
  if (blocked) return { nextSyncs: [], reason: blocked };
  const [newest] = newestJobs;
  const newestJobStartedAt = newest ? queuedAt(newest) : null;
  const firings = nextSyncs(timing, { now, isActive: true, newestJobStartedAt, count: COUNT });
  return { nextSyncs: firings, reason: firings.length > 0 ? 'scheduled' : 'never_fires' };
}

/** Airbyte starts no scheduled sync of a connection that is not active (ConfigFetchActivityImpl). */
function blockingReason(connectionStatus: string, timing: Timing): NextSyncReason | null {
  if (connectionStatus === 'inactive' || connectionStatus === 'locked') return connectionStatus;
  if (connectionStatus !== 'active') return 'unknown';
  return timing.kind === 'manual' || timing.kind === 'unknown' ? timing.kind : null;
}
