interface Read<T> {
  readonly startedAtMs: number;
  /** Number of the newest change when the read began. */
  readonly change: number;
  readonly value: Promise<T>;
  underWay: boolean;
}

const SWEEPS_PER_AGE = 10;

/**
 * Shares one upstream read among all who ask for the same key at about the same time.
 * An answer's age is counted from the start of its read, so nobody gets data older than `maxAgeMs`;
 * who comes while a read is under way joins it. Failures are shared with those waiting, and not kept.
 * Changes have ascending numbers: whoever must see a change gets a read that began after it.
 */
export class CoalescedReads<T> {
  private readonly reads = new Map<string, Read<T>>();
  private nextSweepAtMs = 0;

  constructor(
    private readonly options: {
      readonly maxAgeMs: number;
      readonly maxEntries: number;
      readonly nowMs: () => number;
      /** Number of the newest change; left out where nothing is changed. */
      readonly newestChange?: () => number;
    },
  ) {}

  /** @param change number of the newest change that the answer must show */
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
   * The oldest come first in the map: a read under way is kept for those who may yet join it. Not looked for each time,
   * since V8 passes by everything that was ever deleted on its way to the first that is left.
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
