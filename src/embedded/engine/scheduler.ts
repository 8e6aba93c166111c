import { nextFiring } from '../cron/next';
import { parseQuartz, QuartzError } from '../cron/quartz';
import type { EmbeddedLog, Now } from '../platform/log';
import { messageOf } from '../platform/system-error';
import type { Connection, ConnectionStore } from '../store/connections';
import type { FiringStore } from '../store/firings';
import type { Job, JobStore } from '../store/jobs';

/** How often the clock is looked at: a firing is at most this late. */
const TICK_MS = 500;
/** Airbyte counts on from a minute after the job before started. */
const AFTER_PREVIOUS_MS = 60_000;
/** When to try again to start a sync that could not be started. */
const AFTER_FAILURE_MS = 60_000;

/** What the scheduler works with. */
export interface SchedulerOptions {
  readonly connections: ConnectionStore;
  readonly jobs: JobStore;
  readonly firings: FiringStore;
  readonly now: Now;
  readonly log: EmbeddedLog;
  /** Makes the job of a sync; throws when it cannot be written. */
  readonly create: (connection: Connection) => Job;
  /** Runs a job that was made. */
  readonly run: (job: Job) => void;
}

/**
 * Starts the syncs of connections with a cron expression, by Airbyte's rules: a firing that comes due while a sync runs
 * is skipped, and one that came due while the process was down happens once, at the start.
 */
export class Scheduler {
  private readonly due = new Map<string, Date>();
  private timer: NodeJS.Timeout | null = null;
  private lastTick: Date;

  constructor(private readonly options: SchedulerOptions) {
    this.lastTick = options.now();
  }

  start(): void {
    this.lastTick = this.options.now();
    for (const { id } of this.options.connections.scheduled()) this.resume(id);
    this.timer = setInterval(() => {
      this.tick();
    }, TICK_MS);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  /** Works out anew when a connection fires: after it was made or changed, and after each of its jobs. */
  refresh(connectionId: string): void {
    const { connections, jobs, firings } = this.options;
    this.due.delete(connectionId);
    const connection = connections.find(connectionId);
    const isIdle = connection !== null && jobs.unfinishedOf(connectionId) === null;
    const next = isIdle ? this.nextFiringOf(connection) : null;
    if (next === null) firings.delete(connectionId);
    else {
      firings.set(connectionId, next);
      this.due.set(connectionId, next);
    }
  }

  /** When a connection fires next, or null. */
  nextFiringOf({ id, status, cron }: Connection): Date | null {
    if (status !== 'active' || cron === null) return null;
    const previous = this.options.jobs.newestScheduled(id);
    const now = this.options.now().getTime();
    const started = (previous?.startedAt ?? previous?.createdAt)?.getTime();
    // A start in the future was noted while the clock was ahead: it must not hold later ones up.
    const earliest = started === undefined ? now : Math.max(now, Math.min(now, started) + AFTER_PREVIOUS_MS);
    try {
      return nextFiring(parseQuartz(cron.expression), new Date(earliest));
    } catch (error) {
      if (!(error instanceof QuartzError)) throw error;
      this.options.log.warn(`Connection ${id} has a schedule that cannot be evaluated: ${messageOf(error)}`);
      return null;
    }
  }

  /** Starts the syncs that are due. */
  tick(): void {
    const now = this.options.now();
    // Whatever was worked out while the clock was ahead may lie far in the future.
    if (now < this.lastTick) for (const { id } of this.options.connections.scheduled()) this.recompute(id);
    this.lastTick = now;
    for (const [id, at] of this.due) if (at <= now) this.fire(id, now);
  }

  /** Takes a firing up that came due while the process was down. */
  private resume(connectionId: string): void {
    const { firings, jobs, now } = this.options;
    const missed = firings.find(connectionId);
    if (missed === null || missed > now() || jobs.unfinishedOf(connectionId) !== null)
      this.recompute(connectionId);
    else this.due.set(connectionId, missed);
  }

  private fire(id: string, now: Date): void {
    const { connections, jobs, firings, create, run, log } = this.options;
    this.due.delete(id);
    try {
      // Together, so that a crash neither loses the firing nor repeats it.
      const job = firings.transaction(() => {
        firings.delete(id);
        const connection = connections.find(id);
        const isIdle = connection?.status === 'active' && jobs.unfinishedOf(id) === null;
        return isIdle ? create(connection) : null;
      });
      if (job !== null) run(job);
    } catch (error) {
      // The state cannot be written now, since the disk is full, say; that must not end the process.
      log.error(`The sync of connection ${id} could not be started: ${messageOf(error)}`);
      this.due.set(id, new Date(now.getTime() + AFTER_FAILURE_MS));
    }
  }

  private recompute(id: string): void {
    try {
      this.refresh(id);
    } catch (error) {
      this.options.log.error(`The next sync of connection ${id} could not be noted: ${messageOf(error)}`);
    }
  }
}
