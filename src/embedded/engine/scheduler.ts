import { nextFiring } from '../cron/next';
import { parseQuartz, QuartzError } from '../cron/quartz';
import type { EmbeddedLog, Now } from '../log';
import { messageOf } from '../system-error';
import type { Connection, ConnectionStore } from '../store/connections';
import type { JobStore } from '../store/jobs';

/** How often the clock is looked at: a firing is at most this late. */
const TICK_MS = 500;
/** Airbyte counts on from a minute after the job before started. */
const AFTER_PREVIOUS_MS = 60_000;
/** When to try again what could not be started. */
const AFTER_FAILURE_MS = 60_000;

/** What the scheduler works with. */
export interface SchedulerOptions {
  readonly connections: ConnectionStore;
  readonly jobs: JobStore;
  readonly now: Now;
  readonly log: EmbeddedLog;
  readonly start: (connection: Connection) => void;
}

/** Starts the syncs of connections with a cron expression, by Airbyte's rules: what is missed while one runs is skipped. */
export class Scheduler {
  private readonly due = new Map<string, Date>();
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly options: SchedulerOptions) {}

  start(): void {
    for (const { id } of this.options.connections.scheduled()) this.refresh(id);
    this.timer = setInterval(() => {
      this.tick();
    }, TICK_MS);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  /** Works out anew when a connection fires: after it was made or changed, and after each of its jobs. */
  refresh(connectionId: string): void {
    const { connections, jobs } = this.options;
    this.due.delete(connectionId);
    const connection = connections.find(connectionId);
    if (connection === null || jobs.unfinishedOf(connectionId) !== null) return;
    const next = this.nextFiringOf(connection);
    if (next !== null) this.due.set(connectionId, next);
  }

  /** When a connection fires next, or null. */
  nextFiringOf({ id, status, cron }: Connection): Date | null {
    if (status !== 'active' || cron === null) return null;
    const previous = this.options.jobs.newestScheduled(id);
    const now = this.options.now().getTime();
    const earliest =
      previous === null ? now : (previous.startedAt ?? previous.createdAt).getTime() + AFTER_PREVIOUS_MS;
    try {
      return nextFiring(parseQuartz(cron.expression), new Date(Math.max(now, earliest)));
    } catch (error) {
      if (!(error instanceof QuartzError)) throw error;
      this.options.log.warn(`Connection ${id} has a schedule that cannot be evaluated: ${messageOf(error)}`);
      return null;
    }
  }

  /** Starts what is due. */
  tick(): void {
    const now = this.options.now();
    for (const [id, at] of this.due) {
      if (at > now) continue;
      this.due.delete(id);
      try {
        this.fire(id);
      } catch (error) {
        // The state cannot be written now, since the disk is full, say; that must not end the process.
        this.options.log.error(`The sync of connection ${id} could not be started: ${messageOf(error)}`);
        this.due.set(id, new Date(now.getTime() + AFTER_FAILURE_MS));
      }
    }
  }

  private fire(id: string): void {
    const connection = this.options.connections.find(id);
    if (connection?.status === 'active' && this.options.jobs.unfinishedOf(id) === null)
      this.options.start(connection);
  }
}
