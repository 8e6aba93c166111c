interface Read<T> {
  readonly startedAtMs: number;
  /** Number of the newest change at the start of the read. */
  readonly change: number;
  readonly value: Promise<T>;
  readonly callerKey: string;
  /** Whether the read had to wait for its turn when it began. */
  readonly waits: boolean;
  underWay: boolean;
}

/** The caller of a read, and the change that the value must include. */
export interface ReadRequest {
  /** Number of the newest change that the value must include. */
  readonly change?: number;
  /** Requests without a key count as one caller. */
  readonly callerKey?: string | undefined;
}

const SWEEPS_PER_AGE = 10;

/**
 * A cache that shares one upstream read among concurrent requests for the same key. The age of a value counts from the start
 * of its read. A failed read rejects all waiting requests and is not cached. Changes have ascending numbers: a request with a
 * change number gets a read that started after this change. No caller can delay another one or remove its values: a read that
 * waits for the turn of its caller is shared only with this caller, and a full cache drops values of the caller with most.
 */
export class CoalescedReads<T> {
  private readonly reads = new Map<string, Read<T>>();
  /** Keys of each caller, the oldest first. */
  private readonly keysOf = new Map<string, Set<string>>();
  private nextSweepAtMs = 0;

  constructor(
    private readonly options: {
      readonly maxAgeMs: number;
      readonly maxEntries: number;
      readonly nowMs: () => number;
      /** Returns the number of the newest change. Absent if values never change through the gateway. */
      readonly newestChange?: () => number;
      /** Returns whether a read that begins now has to wait for its turn. Absent if reads never wait. */
      readonly mustWait?: () => boolean;
    },
  ) {}

  get(key: string, read: () => Promise<T>, { change = 0, callerKey = '' }: ReadRequest = {}): Promise<T> {
    const known = this.reads.get(key);
    if (known && known.change >= change && this.isSharedWith(callerKey, known)) return known.value;
    const startedAtMs = this.options.nowMs();
    const newestChange = this.options.newestChange?.() ?? 0;
    const waits = this.options.mustWait?.() ?? false;
    const entry: Read<T> = {
      startedAtMs,
      change: newestChange,
      value: read(),
      callerKey,
      waits,
      underWay: true,
    };
    this.remove(key);
    this.add(key, entry);
    this.dropOldest();
    entry.value.then(
      () => {
        entry.underWay = false;
      },
      () => {
        if (this.reads.get(key) === entry) this.remove(key);
      },
    );
    return entry.value;
  }

  private isSharedWith(callerKey: string, known: Read<T>): boolean {
    if (known.underWay) return !known.waits || known.callerKey === callerKey;
    return !this.isStale(known);
  }

  private add(key: string, entry: Read<T>): void {
    this.reads.set(key, entry);
    const keys = this.keysOf.get(entry.callerKey) ?? new Set();
    this.keysOf.set(entry.callerKey, keys.add(key));
  }

  private remove(key: string): void {
    const entry = this.reads.get(key);
    if (!entry) return;
    this.reads.delete(key);
    const keys = this.keysOf.get(entry.callerKey);
    keys?.delete(key);
    if (keys?.size === 0) this.keysOf.delete(entry.callerKey);
  }

  private isStale(entry: Read<T>): boolean {
    return this.options.nowMs() - entry.startedAtMs >= this.options.maxAgeMs;
  }

  /**
   * Removes stale entries, and above `maxEntries` the oldest entry of the caller with most. Entries are in order of age. The
   * sweep runs only at intervals, because V8 scans deleted entries linearly to find the first entry of a Map.
   */
  private dropOldest(): void {
    const nowMs = this.options.nowMs();
    if (nowMs < this.nextSweepAtMs && this.reads.size <= this.options.maxEntries) return;
    this.nextSweepAtMs = nowMs + this.options.maxAgeMs / SWEEPS_PER_AGE;
    for (const [key, entry] of this.reads) {
      if (entry.underWay || !this.isStale(entry)) break;
      this.remove(key);
    }
    while (this.reads.size > this.options.maxEntries) this.dropOldestOfLargest();
  }

  private dropOldestOfLargest(): void {
    let largest: ReadonlySet<string> = new Set();
    for (const keys of this.keysOf.values()) if (keys.size > largest.size) largest = keys;
    for (const key of largest) {
      this.remove(key);
      return;
    }
  }
}
