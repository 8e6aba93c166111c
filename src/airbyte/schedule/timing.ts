/** Computes the next firings by the rules of Airbyte's workers. */
import type { CronRule } from './cron/rule';
import { nextFirings } from './time/next-firing';
import type { Zone } from './time/zone';

/** Data for computing firings; `unknown` if they cannot be computed. */
export type Timing =
  | { readonly kind: 'cron'; readonly rule: CronRule; readonly zone: Zone }
  | { readonly kind: 'basic'; readonly intervalMs: number }
  | { readonly kind: 'manual' }
  | { readonly kind: 'unknown' };

export interface SyncContext {
  now: Date;
  /** Whether the connection's status is `active`; otherwise Airbyte starts no scheduled sync. */
  isActive: boolean;
  /** Start of the newest job: a sync or refresh for cron; a sync, refresh or reset for basic. */
  newestJobStartedAt: Date | null;
}

/** Airbyte computes the next firing from this long after the start of a scheduled job. */
const AFTER_START_MS = 60_000;

/** RFC 3339 years have four digits. Airbyte stores intervals of any length. */
const LAST_MOMENT_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** Maximum delay of a scheduled job after its firing, by Airbyte's documentation. */
const LATEST_START_MS = 30 * 60_000;

function basicSyncs(intervalMs: number, context: SyncContext, count: number): Date[] {
  const nowMs = context.now.getTime();
  const dueMs = context.newestJobStartedAt ? context.newestJobStartedAt.getTime() + intervalMs : nowMs;
  const firstMs = Math.max(nowMs, dueMs);
  const moments = Array.from({ length: count }, (_, index) => firstMs + index * intervalMs);
  return moments.filter((ms) => ms <= LAST_MOMENT_MS).map((ms) => new Date(ms));
}

type CronTiming = Extract<Timing, { kind: 'cron' }>;

function cronStartsAfterMs(timing: CronTiming, { now, newestJobStartedAt }: SyncContext): number {
  const nowMs = now.getTime();
  if (!newestJobStartedAt) return nowMs;
  const afterStartMs = newestJobStartedAt.getTime() + AFTER_START_MS;
  return afterStartMs > nowMs && mayBeScheduled(timing, newestJobStartedAt) ? afterStartMs : nowMs;
}

/** A job without a firing shortly before it was started by hand; Airbyte counts only scheduled jobs. */
function mayBeScheduled({ rule, zone }: CronTiming, startedAt: Date): boolean {
  const startedMs = startedAt.getTime();
  const [firing] = nextFirings(rule, zone, startedMs - LATEST_START_MS, 1);
  return firing !== undefined && firing.getTime() <= startedMs;
}

/**
 * Returns the next `count` scheduled syncs, fewer if the schedule ends; none if it is manual, unknown or not
 * active. Airbyte (ConfigFetchActivityImpl of airbyte-workers) counts only scheduled jobs, which its public API
 * does not distinguish. For cron, the time of the newest job identifies most of them; for basic, the newest job
 * of any kind is used.
 */
export function nextSyncs(timing: Timing, context: SyncContext & { count: number }): Date[] {
  if (!context.isActive) return [];
  switch (timing.kind) {
    case 'manual':
    case 'unknown':
      return [];
    case 'basic':
      return basicSyncs(timing.intervalMs, context, context.count);
    case 'cron':
      return nextFirings(timing.rule, timing.zone, cronStartsAfterMs(timing, context), context.count);
  }
}

/** The next scheduled sync; null if there is none. */
export function nextSync(timing: Timing, context: SyncContext): Date | null {
  const { now, isActive, newestJobStartedAt } = context;
  return nextSyncs(timing, { now, isActive, newestJobStartedAt, count: 1 })[0] ?? null;
}
