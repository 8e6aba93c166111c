import type { Lane } from '../model/operation';

interface Queued {
  readonly lane: Lane;
  /** Sequence number of arrival. */
  readonly arrival: number;
}

interface CallerQueue<T> {
  size: number;
  /** A Set keeps insertion order and removes in constant time. */
  readonly lanes: Record<Lane, Set<T>>;
}

/** One FIFO queue for each caller, served round robin. */
export class FairQueue<T extends Queued> {
  /** In the order of turns: a served caller moves to the end. */
  private readonly queues = new Map<string, CallerQueue<T>>();
  private readonly waiting: Record<Lane, number> = { read: 0, create: 0, discover: 0, start: 0, cancel: 0 };

  get size(): number {
    return LANES.reduce((size, lane) => size + this.waiting[lane], 0);
  }

  sizeOf(callerKey: string): number {
    return this.queues.get(callerKey)?.size ?? 0;
  }

  isEmpty(lane: Lane): boolean {
    return this.waiting[lane] === 0;
  }

  add(callerKey: string, waiter: T): void {
    const line = this.queues.get(callerKey) ?? newQueue<T>();
    this.queues.set(callerKey, line);
    line.lanes[waiter.lane].add(waiter);
    line.size++;
    this.waiting[waiter.lane]++;
  }

  /** Does nothing if the waiter is absent. */
  remove(callerKey: string, waiter: T): void {
    const line = this.queues.get(callerKey);
    if (!line?.lanes[waiter.lane].delete(waiter)) return;
    line.size--;
    this.waiting[waiter.lane]--;
    if (line.size === 0) this.queues.delete(callerKey);
  }

  /** The caller with the most waiters. */
  longest(): { readonly callerKey: string; readonly size: number } {
    let longest = { callerKey: '', size: 0 };
    for (const [callerKey, { size }] of this.queues) if (size > longest.size) longest = { callerKey, size };
    return longest;
  }

  /** The newest waiter of a caller. */
  newestOf(callerKey: string): T | undefined {
    let newest: T | undefined;
    const { lanes } = this.queues.get(callerKey) ?? newQueue<T>();
    for (const waiter of LANES.flatMap((lane) => [...lanes[lane]]))
      if (newest === undefined || waiter.arrival > newest.arrival) newest = waiter;
    return newest;
  }

  /** Removes and returns the next waiter. @param hasFreeSlot whether the lane has a free slot */
  takeNext(hasFreeSlot: (lane: Lane) => boolean): T | undefined {
    for (const [callerKey, line] of this.queues) {
      const next = oldestOf(line, hasFreeSlot);
      if (next === undefined) continue;
      this.queues.delete(callerKey);
      this.queues.set(callerKey, line);
      this.remove(callerKey, next);
      return next;
    }
    return undefined;
  }
}

const LANES: readonly Lane[] = ['read', 'create', 'discover', 'start', 'cancel'];

function newQueue<T>(): CallerQueue<T> {
  return {
    size: 0,
    lanes: { read: new Set(), create: new Set(), discover: new Set(), start: new Set(), cancel: new Set() },
  };
}

function oldestOf<T extends Queued>(
  { lanes }: CallerQueue<T>,
  hasFreeSlot: (lane: Lane) => boolean,
): T | undefined {
  let oldest: T | undefined;
  for (const lane of LANES) {
    const first = hasFreeSlot(lane) ? firstOf(lanes[lane]) : undefined;
    if (first !== undefined && (oldest === undefined || first.arrival < oldest.arrival)) oldest = first;
  }
  return oldest;
}

function firstOf<T>(waiters: ReadonlySet<T>): T | undefined {
  for (const waiter of waiters) return waiter;
  return undefined;
}
