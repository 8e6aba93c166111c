import type { Clock } from '../../lib/clock';
import type { AirbyteJob } from '../client/model/airbyte-types';
import { hasEnded } from '../core/job-status';

/** Interval between polls. */
const POLL_INTERVAL_MS = 500;

/** Polls one run while any caller waits for its end. */
export class RunPoller {
  private readonly waiters = new Set<AbortController>();
  private stopped = false;
  private readonly stopping = new AbortController();
  /** Error of the newest poll; null if it succeeded. */
  private failure: Error | null = null;

  constructor(
    private latest: AirbyteJob,
    private readonly readJob: (signal: AbortSignal) => Promise<AirbyteJob>,
    private readonly clock: Pick<Clock, 'wait'>,
  ) {}

  /** True if polling stopped, so that new callers must not join. */
  get isStopped(): boolean {
    return this.stopped;
  }

  /** Polls until the run ends or no caller waits. */
  async run(): Promise<void> {
    while (this.hasWaiters()) {
      await this.clock.wait(POLL_INTERVAL_MS, this.stopping.signal);
      if (this.hasWaiters()) await this.pollOnce();
      if (hasEnded(this.latest)) this.stop();
    }
    this.stopped = true;
  }

  /** Ends all waits with the last known state. */
  stop(): void {
    this.stopped = true;
    this.stopping.abort();
    for (const waiter of this.waiters) waiter.abort();
  }

  /**
   * Resolves with the run when it ends, after `waitMs`, when the caller disconnects or when polling stops.
   * Rejects with the error of the newest poll if that failed.
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
      // Airbyte may recover before the waits end.
      if (!this.stopping.signal.aborted) this.failure = asError(error);
    }
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
