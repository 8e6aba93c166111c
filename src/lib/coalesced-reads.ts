interface Read<T> {
  readonly startedAtMs: number;
  /** Number of the newest change at the start of the read. */
  readonly change: number;
  readonly value: Promise<T>;
  underWay: boolean;
}

const SWEEPS_PER_AGE = 10;

/**
 * A cache that shares one upstream read among concurrent requests for the same key. The age of a value counts from the start
 * of its read. A failed read rejects all waiting requests and is not cached. Changes have ascending numbers: a request with a
 * change number gets a read that started after this change.
 */
export class CoalescedReads<T> {
  private readonly reads = new Map<string, Read<T>>();
  private nextSweepAtMs = 0;

  constructor(
    private readonly options: {
      readonly maxAgeMs: number;
      readonly maxEntries: number;
      readonly nowMs: () => number;
      /** Returns the number of the newest change. Absent if values never change through the gateway. */
      readonly newestChange?: () => number;
    },
  ) {}

  /** @param change number of the newest change that the value must include */
  get(key: string, read: () => Promise<T>, change = 0): Promise<T> {
    const known = this.reads.get(key);
    if (known && known.change >= change && (known.underWay || !this.isStale(known))) return known.value;
    const startedAtMs = this.options.nowMs();
    const newestChange = this.options.newestChange?.() ?? 0;
    const entry: Read<T> = { startedAtMs, change: newestChange, value: read(), underWay: true };
    this.reads.delete(key);
    this.reads.set(key, entry);
    this.dropOldest();
    entry.value.then(
      () => {
        entry.underWay = false;
      },
      () => {
        if (this.reads.get(key) === entry) this.reads.delete(key);
      },
    );
    return entry.value;
  }

  private isStale(entry: Read<T>): boolean {
    return this.options.nowMs() - entry.startedAtMs >= this.options.maxAgeMs;
  }

  /**
   * Removes stale entries, and the oldest entries above `maxEntries`. Entries are in order of age. The sweep runs only at
   * intervals, because V8 scans deleted entries linearly to find the first entry of a Map.
   */
  private dropOldest(): void {
    const nowMs = this.options.nowMs();
    if (nowMs < this.nextSweepAtMs && this.reads.size <= this.options.maxEntries) return;
    this.nextSweepAtMs = nowMs + this.options.maxAgeMs / SWEEPS_PER_AGE;
    for (const [key, entry] of this.reads) {
      const isUseless = this.isStale(entry) && !entry.underWay;
      if (!isUseless && this.reads.size <= this.options.maxEntries) return;
      this.reads.delete(key);
    }
  }
}
