import type { Clock } from '../../src/lib/clock';

interface Wait {
  readonly dueMs: number;
  timer: NodeJS.Timeout;
  readonly end: () => void;
}

/** The clock of the machine, which a test can move forward. Waits whose end is passed over end at once. */
export class SkippingClock implements Clock {
  private skippedMs = 0;
  private readonly waits = new Set<Wait>();

  now(): Date {
    return new Date(Date.now() + this.skippedMs);
  }

  monotonicMs(): number {
    return performance.now() + this.skippedMs;
  }

  wait(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) {
        resolve();
        return;
      }
      const end = (): void => {
        clearTimeout(wait.timer);
        this.waits.delete(wait);
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const wait: Wait = { dueMs: this.monotonicMs() + ms, timer: setTimeout(end, ms), end };
      this.waits.add(wait);
      signal?.addEventListener('abort', end);
    });
  }

  skip(ms: number): void {
    this.skippedMs += ms;
    for (const wait of [...this.waits]) {
      const remainingMs = wait.dueMs - this.monotonicMs();
      clearTimeout(wait.timer);
      if (remainingMs <= 0) wait.end();
      else wait.timer = setTimeout(wait.end, remainingMs);
    }
  }
}
