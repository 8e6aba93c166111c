import type { Clock } from '../../lib/clock';
import type { AirbyteJob } from '../client/model/airbyte-types';
import { hasEnded } from '../core/job-status';

/** Time between two looks, so that whoever waits learns of the end within a second. */
const POLL_INTERVAL_MS = 500;

/** One run that is looked at again and again while anybody waits for its end. */
export class RunPoller {
  private readonly waiters = new Set<AbortController>();
  private stopped = false;
  private readonly stopping = new AbortController();
  /** Why the newest look failed; null when it did not. */
  private failure: Error | null = null;

  constructor(
    private latest: AirbyteJob,
    private readonly readJob: (signal: AbortSignal) => Promise<AirbyteJob>,
    private readonly clock: Pick<Clock, 'wait'>,
  ) {}

  /** True: nobody looks any more, so there is nothing to join. */
  get isStopped(): boolean {
    return this.stopped;
  }

  /** Looks until the run ends or nobody waits any more. */
  async run(): Promise<void> {
    while (this.hasWaiters()) {
      await this.clock.wait(POLL_INTERVAL_MS, this.stopping.signal);
      if (this.hasWaiters()) await this.pollOnce();
      if (hasEnded(this.latest)) this.stop();
    }
    this.stopped = true;
  }

  /** Whoever waits is told at once how the run stands. */
  stop(): void {
    this.stopped = true;
    this.stopping.abort();
    for (const waiter of this.waiters) waiter.abort();
  }

  /**
   * Resolves with the run when it ends, when `waitMs` have passed, when the caller is gone or when the watch stops.
   * Rejects with what kept the newest look from succeeding, if the time ran out while Airbyte could not be asked.
   */
  async waitForEnd(waitMs: number, callerGone: AbortSignal): Promise<AirbyteJob> {
    const waiter = new AbortController();
    this.waiters.add(waiter);
    await this.clock.wait(waitMs, AbortSignal.any([callerGone, waiter.signal]));
    this.waiters.delete(waiter);
    if (this.failure) throw this.failure;
    return this.latest;
  }

  private hasWaiters(): boolean {
    return this.waiters.size > 0 && !this.stopping.signal.aborted;
  }

  private async pollOnce(): Promise<void> {
    try {
      this.latest = await this.readJob(this.stopping.signal);
      this.failure = null;
    } catch (error) {
      // Airbyte may be back before those who wait lose patience.
      if (!this.stopping.signal.aborted) this.failure = asError(error);
    }
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
