import { nextSyncs, type Timing } from '../schedule';
import type { NextSyncReason } from './words';

/** How many firings are told. */
const COUNT = 3;

export interface Upcoming {
  readonly nextSyncs: readonly Date[];
  readonly reason: NextSyncReason;
}

/** The next firings of the schedule that Airbyte holds, and why there are any or none. */
export function upcomingOf(
  connectionStatus: string,
  timing: Timing,
  at: { readonly now: Date; readonly newestJobStartedAt: Date | null },
): Upcoming {
  const obstacle = obstacleOf(connectionStatus, timing);
  if (obstacle) return { nextSyncs: [], reason: obstacle };
  const firings = nextSyncs(timing, { ...at, isActive: true, count: COUNT });
  return { nextSyncs: firings, reason: firings.length > 0 ? 'scheduled' : 'never_fires' };
}

/** Airbyte fires nothing for a connection that is not active, whatever its schedule (ConfigFetchActivityImpl). */
function obstacleOf(connectionStatus: string, timing: Timing): NextSyncReason | null {
  if (connectionStatus === 'inactive' || connectionStatus === 'locked') return connectionStatus;
  if (connectionStatus !== 'active') return 'unknown';
  return timing.kind === 'manual' || timing.kind === 'unknown' ? timing.kind : null;
}
