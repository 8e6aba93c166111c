import { parseDurationMs } from '../../../config/iso-duration';
import { nextSyncs } from '../../schedule';
import {
  endedAt,
  freshnessIn,
  queuedAt,
  type HealthReason,
  type StatusFacts,
  type Tolerances,
} from '../../core/status-facts';

const INTERVALS = 2;

/** Stale: the newest success is older than the freshness objective, or without one, than two intervals of the schedule. */
export function stale(facts: StatusFacts, tolerances: Tolerances): HealthReason | null {
  const { connection, newestSuccess, now } = facts;
  if (!newestSuccess) return null;
  const lastSync = endedAt(newestSuccess);
  const freshness = freshnessIn(connection, tolerances);
  const freshnessMs = freshness === null ? null : parseDurationMs(freshness);
  if (freshnessMs !== null) {
    const limit = new Date(lastSync.getTime() + freshnessMs);
    return limit < now ? reason(limit, lastSync, `which is longer ago than ${freshness}`) : null;
  }
  const scheduled = staleBySchedule(facts, lastSync);
  return scheduled && scheduled < now
    ? reason(scheduled, lastSync, 'which is more than two intervals of the schedule ago')
    : null;
}

function reason(since: Date, lastSync: Date, why: string): HealthReason {
  return { code: 'stale', message: `Data last arrived at ${lastSync.toISOString()}, ${why}.`, since };
}

/**
 * Time at which two intervals have passed; null if the schedule has none or is not active. Cron intervals may
 * differ: two firings after the last success must have passed, plus the duration of that sync, and twice the
 * shorter of the next two gaps. So a weekend does not make a weekday schedule stale.
 */
function staleBySchedule(facts: StatusFacts, lastSync: Date): Date | null {
  const { connection, timing, newestSuccess } = facts;
  if (connection.status !== 'active' || !newestSuccess) return null;
  if (timing.kind === 'basic') return new Date(lastSync.getTime() + INTERVALS * timing.intervalMs);
  const startedAt = queuedAt(newestSuccess);
  const [first, second, third] = nextSyncs(timing, {
    now: startedAt,
    isActive: true,
    newestJobStartedAt: startedAt,
    count: INTERVALS + 1,
  }).map((firing) => firing.getTime());
  if (first === undefined || second === undefined) return null;
  const shorterGapMs = Math.min(second - first, third === undefined ? Infinity : third - second);
  const tookMs = lastSync.getTime() - startedAt.getTime();
  return new Date(Math.max(second + tookMs, lastSync.getTime() + INTERVALS * shorterGapMs));
}
