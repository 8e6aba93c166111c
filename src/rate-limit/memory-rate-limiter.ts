import { type Quota, quotaOf, type RateLimiter, WINDOW_MS } from './rate-limiter';

interface Window {
  readonly endsAtMs: number;
  count: number;
}

const MAX_ENTRIES = 10_000;

/**
 * Counts requests of one replica. Callers and addresses have separate tables, so that requests from many addresses cannot
 * evict the count of a caller. A full table evicts its oldest window.
 */
export class MemoryRateLimiter implements RateLimiter {
  private readonly callers: WindowTable;
  private readonly addresses: WindowTable;

  /** @param nowMs a monotonic clock */
  constructor(
    private readonly limit: number,
    private readonly nowMs: () => number,
    maxEntries = MAX_ENTRIES,
  ) {
    this.callers = new WindowTable(maxEntries);
    this.addresses = new WindowTable(maxEntries);
  }

  take(caller: string): Promise<Quota> {
    const nowMs = this.nowMs();
    const table = caller.startsWith('ip:') ? this.addresses : this.callers;
    const window = table.current(caller, nowMs);
    window.count += 1;
    return Promise.resolve(quotaOf(this.limit, window.count, window.endsAtMs - nowMs));
  }
}

class WindowTable {
  /** Windows have the same length, so the first entry of the map ends first. */
  private readonly windows = new Map<string, Window>();

  constructor(private readonly maxEntries: number) {}

  current(key: string, nowMs: number): Window {
    const known = this.windows.get(key);
    if (known && nowMs < known.endsAtMs) return known;
    const window = { endsAtMs: nowMs + WINDOW_MS, count: 0 };
    this.windows.delete(key);
    this.windows.set(key, window);
    this.dropOldest(nowMs);
    return window;
  }

  private dropOldest(nowMs: number): void {
    for (const [key, window] of this.windows) {
      if (nowMs < window.endsAtMs && this.windows.size <= this.maxEntries) return;
      this.windows.delete(key);
    }
  }
}
