/** When a schedule fires next, by the rules of Airbyte's workers. */
import type { CronRule } from './cron/rule';
import { nextFirings } from './time/next-firing';
import type { Zone } from './time/zone';

/** What is needed to say when a schedule fires; `unknown` when nothing can be said. */
export type Timing =
  | { readonly kind: 'cron'; readonly rule: CronRule; readonly zone: Zone }
  | { readonly kind: 'basic'; readonly intervalMs: number }
  | { readonly kind: 'manual' }
  | { readonly kind: 'unknown' };

export interface SyncContext {
  now: Date;
  /** Whether the connection's status is `active`: Airbyte starts nothing on a schedule otherwise. */
  isActive: boolean;
  /** Start of the newest job: a sync or refresh for cron; a sync, refresh or reset for basic. */
  newestJobStartedAt: Date | null;
}

/** After a scheduled job has started Airbyte looks for the next firing from here on. */
const AFTER_START_MS = 60_000;

/** How much later than its firing a scheduled job may be made, by Airbyte's documentation. */
const LATEST_START_MS = 30 * 60_000;

function basicSyncs(intervalMs: number, context: SyncContext, count: number): Date[] {
  const nowMs = context.now.getTime();
  const dueMs = context.newestJobStartedAt ? context.newestJobStartedAt.getTime() + intervalMs : nowMs;
  const firstMs = Math.max(nowMs, dueMs);
  return Array.from({ length: count }, (_, index) => new Date(firstMs + index * intervalMs));
}

type CronTiming = Extract<Timing, { kind: 'cron' }>;

function cronStartsAfterMs(timing: CronTiming, { now, newestJobStartedAt }: SyncContext): number {
  const nowMs = now.getTime();
  if (!newestJobStartedAt) return nowMs;
  const afterStartMs = newestJobStartedAt.getTime() + AFTER_START_MS;
  return afterStartMs > nowMs && mayBeScheduled(timing, newestJobStartedAt) ? afterStartMs : nowMs;
}

/** A job with no firing shortly before it was asked for by hand, and Airbyte counts only those that were not. */
function mayBeScheduled({ rule, zone }: CronTiming, startedAt: Date): boolean {
  const startedMs = startedAt.getTime();
  const [firing] = nextFirings(rule, zone, startedMs - LATEST_START_MS, 1);
  return firing !== undefined && firing.getTime() <= startedMs;
}

/**
 * The next `count` scheduled syncs, fewer when the schedule ends; none when it is manual, unknown or not active.
 * (airbyte-workers, ConfigFetchActivityImpl: it counts scheduled jobs only, which its public API does not tell from
 * others. For cron the job's own time tells most of them apart; for basic the newest job of any kind stands in.)
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

/** The next scheduled sync; null when there is none. */
export function nextSync(timing: Timing, context: SyncContext): Date | null {
  const { now, isActive, newestJobStartedAt } = context;
  return nextSyncs(timing, { now, isActive, newestJobStartedAt, count: 1 })[0] ?? null;
}
