import { nextFiringIn } from '../cron/next-in-zone';
import { parseQuartz, QuartzError } from '../cron/quartz';
import { intervalMs, type Schedule } from '../model/schedule';
import type { EmbeddedLog, Now } from '../platform/log';
import { messageOf } from '../platform/system-error';
import type { Connection, ConnectionStore } from '../store/connections';
import type { FiringStore } from '../store/firings';
import { JOB_TYPES, type Job, type JobStore } from '../store/jobs';

/** Interval of the check for due syncs, and their maximum delay. */
const TICK_MS = 500;
/** Airbyte computes the next firing from one minute after the start of the previous job. */
const AFTER_PREVIOUS_MS = 60_000;
/** Delay after a sync could not be started. */
const AFTER_FAILURE_MS = 60_000;

/** Dependencies of the scheduler. */
export interface SchedulerOptions {
  readonly connections: ConnectionStore;
  readonly jobs: JobStore;
  readonly firings: FiringStore;
  readonly now: Now;
  readonly log: EmbeddedLog;
  /** Creates the job of a sync. Throws if it cannot be stored. */
  readonly create: (connection: Connection) => Job;
  /** Queues the job. */
  readonly run: (job: Job) => void;
}

/**
 * Starts scheduled syncs by Airbyte's rules. A firing during a running sync is skipped. A firing that was missed while the
 * process was down is caught up once at the start.
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

  /** Recomputes the next firing of a connection, after it was created or changed and after each job. */
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

  /** The next firing of a connection, or null. */
  nextFiringOf(connection: Connection): Date | null {
    const { id, status, schedule } = connection;
    if (status !== 'active') return null;
    switch (schedule.kind) {
      case 'manual':
        return null;
      case 'cron':
        return this.nextByCron(id, schedule);
      case 'basic':
        return this.nextByInterval(id, intervalMs(schedule));
    }
  }

  private nextByCron(id: string, { expression, timeZone }: CronSchedule): Date | null {
    const previous = this.options.jobs.newestScheduled(id);
    const now = this.options.now().getTime();
    const earliest = previous === null ? now : Math.max(now, startOf(previous, now) + AFTER_PREVIOUS_MS);
    try {
      return nextFiringIn(parseQuartz(expression), timeZone, new Date(earliest));
    } catch (error) {
      if (!(error instanceof QuartzError) && !(error instanceof RangeError)) throw error;
      this.options.log.warn(`Connection ${id} has a schedule that cannot be evaluated: ${messageOf(error)}`, {
        connectionId: id,
      });
      return null;
    }
  }

  /** As in Airbyte, an interval counts from the start of the previous job of any type; the first one is due at once. */
  private nextByInterval(id: string, lengthMs: number): Date {
    const [previous] = this.options.jobs.newestOf(id, JOB_TYPES);
    const now = this.options.now().getTime();
    return new Date(previous === undefined ? now : Math.max(now, startOf(previous, now) + lengthMs));
  }

  /** Starts the syncs that are due. */
  tick(): void {
    const now = this.options.now();
    // The clock was set back: firings that were computed before may lie far in the future.
    if (now < this.lastTick) for (const { id } of this.options.connections.scheduled()) this.recompute(id);
    this.lastTick = now;
    for (const [id, at] of this.due) if (at <= now) this.fire(id, now);
  }

  /** Catches up a firing that was missed while the process was down. */
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
      // In one transaction, so that a crash neither loses nor repeats the firing.
      const job = firings.transaction(() => {
        firings.delete(id);
        const connection = connections.find(id);
        const isIdle = connection?.status === 'active' && jobs.unfinishedOf(id) === null;
        return isIdle ? create(connection) : null;
      });
      if (job !== null) run(job);
    } catch (error) {
      // For example, the disk is full. The process continues and tries again later.
      log.error(`The sync of connection ${id} could not be started: ${messageOf(error)}`, {
        connectionId: id,
      });
      this.due.set(id, new Date(now.getTime() + AFTER_FAILURE_MS));
    }
  }

  private recompute(id: string): void {
    try {
      this.refresh(id);
    } catch (error) {
      this.options.log.error(`The next sync of connection ${id} could not be stored: ${messageOf(error)}`, {
        connectionId: id,
      });
    }
  }
}

type CronSchedule = Extract<Schedule, { kind: 'cron' }>;

/** A start in the future was recorded while the clock was ahead. It must not delay later firings. */
function startOf({ startedAt, createdAt }: Job, nowMs: number): number {
  return Math.min(nowMs, (startedAt ?? createdAt).getTime());
}
