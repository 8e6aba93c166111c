import type { Clock } from '../../common/clock';
import { type Quota, quotaOf, type RateLimiter, WINDOW_MS } from './rate.limiter';

interface Window {
  readonly endsAtMs: number;
  count: number;
}

const MAX_CALLERS = 10_000;

/** For one replica. Among more callers than it can remember, who came longest ago starts a new window. */
export class MemoryRateLimiter implements RateLimiter {
  /** All windows have one length, so the first in the map is the first to end. */
  private readonly windows = new Map<string, Window>();

  constructor(
    private readonly limit: number,
    private readonly clock: Clock,
    private readonly maxCallers = MAX_CALLERS,
  ) {}

  take(caller: string): Quota {
    const nowMs = this.clock().getTime();
    const window = this.current(caller, nowMs);
    window.count += 1;
    return quotaOf(this.limit, window.count, window.endsAtMs - nowMs);
  }

  private current(caller: string, nowMs: number): Window {
    const known = this.windows.get(caller);
    if (known && nowMs < known.endsAtMs) return known;
    const window = { endsAtMs: nowMs + WINDOW_MS, count: 0 };
    this.windows.delete(caller);
    this.windows.set(caller, window);
    this.dropOldest(nowMs);
    return window;
  }

  private dropOldest(nowMs: number): void {
    for (const [caller, window] of this.windows) {
      if (nowMs < window.endsAtMs && this.windows.size <= this.maxCallers) return;
      this.windows.delete(caller);
    }
  }
}
