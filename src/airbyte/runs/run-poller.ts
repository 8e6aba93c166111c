import type { AirbyteJob } from '../client/model/airbyte-types';
import { hasEnded } from '../core/job-status';

/** Time between two looks, so that whoever waits learns of the end within a second. */
export const POLL_INTERVAL_MS = 500;

interface Waiter {
  readonly tell: () => void;
}

/** One run that is looked at again and again while anybody waits for its end. */
export class RunPoller {
  private readonly waiters = new Set<Waiter>();
  private over = false;
  private readonly stopping = new AbortController();
  /** Why the newest look failed; null when it did not. */
  private failure: Error | null = null;

  constructor(
    private latest: AirbyteJob,
    private readonly look: (signal: AbortSignal) => Promise<AirbyteJob>,
  ) {}

  /** True: nobody looks any more, so there is nothing to join. */
  get isOver(): boolean {
    return this.over;
  }

  /** Looks until the run ends or nobody waits any more. */
  async run(): Promise<void> {
    while (this.isWanted()) {
      await pause(POLL_INTERVAL_MS, this.stopping.signal);
      if (this.isWanted()) await this.lookOnce();
      if (hasEnded(this.latest)) this.stop();
    }
    this.over = true;
  }

  /** Whoever waits is told at once how the run stands. */
  stop(): void {
    this.over = true;
    this.stopping.abort();
    for (const waiter of [...this.waiters]) waiter.tell();
  }

  /**
   * Resolves with the run when it ends, when `waitMs` have passed, when the caller is gone or when the watch stops.
   * Rejects with what kept the newest look from succeeding, if the time ran out while Airbyte could not be asked.
   */
  async join(waitMs: number, callerGone: AbortSignal): Promise<AirbyteJob> {
    await new Promise<void>((resolve) => {
      const tell = (): void => {
        clearTimeout(timer);
        callerGone.removeEventListener('abort', tell);
        this.waiters.delete(waiter);
        resolve();
      };
      const waiter = { tell };
      const timer = setTimeout(tell, waitMs);
      callerGone.addEventListener('abort', tell);
      this.waiters.add(waiter);
    });
    if (this.failure) throw this.failure;
    return this.latest;
  }

  private isWanted(): boolean {
    return this.waiters.size > 0 && !this.stopping.signal.aborted;
  }

  private async lookOnce(): Promise<void> {
    try {
      this.latest = await this.look(this.stopping.signal);
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

/** Resolves when the time is over or the signal comes. */
function pause(timeMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', go);
      resolve();
    };
    const timer = setTimeout(go, timeMs);
    signal.addEventListener('abort', go);
  });
}
