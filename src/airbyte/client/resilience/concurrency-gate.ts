import { FairQueue } from './fair-queue';
import { isStartLane, type Lane } from '../model/operation';

export interface GateLimits {
  /** Maximum of concurrent calls, except starts and cancellations of jobs. */
  readonly maxConcurrency: number;
  /** Maximum of concurrent creations and discoveries of streams, a part of `maxConcurrency`. */
  readonly maxCreates: number;
  /** Maximum of concurrent starts and cancellations of jobs. */
  readonly maxStarts: number;
  /** Maximum queue length. */
  readonly maxQueue: number;
}

/** `full`: the queue is full. */
export type GateRefusal = 'full' | 'timeout' | 'aborted';
export type Release = () => void;

/** A request for a slot. */
export interface Entry {
  readonly lane: Lane;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Calls without a key share one turn. */
  readonly callerKey?: string | undefined;
}

interface Waiter {
  readonly lane: Lane;
  readonly arrival: number;
  readonly admit: () => void;
  readonly refuse: () => void;
}

/**
 * Limits concurrent calls. Waiting callers take turns (round robin); calls of one caller are served in order,
 * except that a full lane does not block other lanes.
 */
export class ConcurrencyGate {
  private readonly running: Record<Lane, number> = { read: 0, create: 0, discover: 0, start: 0, cancel: 0 };
  private readonly waiting = new FairQueue<Waiter>();
  private arrivals = 0;

  constructor(private readonly limits: GateLimits) {}

  get active(): number {
    return Object.values(this.running).reduce((sum, running) => sum + running, 0);
  }

  /** Concurrent calls by lane. */
  get activeByLane(): Readonly<Record<Lane, number>> {
    return this.running;
  }

  get queued(): number {
    return this.waiting.size;
  }

  get mustReadsWait(): boolean {
    return this.mustWait('read');
  }

  /** @returns a function that releases the slot, or the reason for the rejection */
  async enter(entry: Entry): Promise<Release | GateRefusal> {
    if (entry.signal?.aborted) return 'aborted';
    if (!this.mustWait(entry.lane)) return this.occupy(entry.lane);
    if (!this.canQueue(entry.callerKey)) return 'full';
    return this.queue(entry);
  }

  /**
   * If the queue is full, the caller with most waiting calls gives up its newest one to a caller with fewer. So
   * no caller can block the others, and a single caller can use the whole queue.
   */
  private canQueue(callerKey = ''): boolean {
    if (this.queued < this.limits.maxQueue) return true;
    const { callerKey: longest, size } = this.waiting.longest();
    if (size <= this.waiting.sizeOf(callerKey) + 1) return false;
    this.waiting.newestOf(longest)?.refuse();
    return true;
  }

  private queue({ lane, timeoutMs, signal, callerKey = '' }: Entry): Promise<Release | GateRefusal> {
    return new Promise((resolve) => {
      const settle = (outcome: Release | GateRefusal): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        this.waiting.remove(callerKey, waiter);
        resolve(outcome);
      };
      const onAbort = (): void => {
        settle('aborted');
      };
      const timer = setTimeout(() => {
        settle('timeout');
      }, timeoutMs);
      const waiter: Waiter = {
        lane,
        arrival: this.arrivals++,
        admit: () => {
          settle(this.occupy(lane));
        },
        refuse: () => {
          settle('full');
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.waiting.add(callerKey, waiter);
    });
  }

  private occupy(lane: Lane): Release {
    this.running[lane]++;
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.running[lane]--;
      this.admitNext();
    };
  }

  private admitNext(): void {
    for (let next = this.takeNext(); next; next = this.takeNext()) next.admit();
  }

  /** Cancellations have priority over starts: stopping a run must not wait for other runs to start. */
  private takeNext(): Waiter | undefined {
    const canCancel = !this.waiting.isEmpty('cancel') && this.hasFreeSlot('cancel');
    return this.waiting.takeNext((lane) => (canCancel ? lane === 'cancel' : this.hasFreeSlot(lane)));
  }

  private mustWait(lane: Lane): boolean {
    return !this.hasFreeSlot(lane) || !this.waiting.isEmpty(lane);
  }

  private hasFreeSlot(lane: Lane): boolean {
    const { maxConcurrency, maxCreates, maxStarts } = this.limits;
    if (isStartLane(lane)) return this.running.start + this.running.cancel < maxStarts;
    const { read, create, discover } = this.running;
    if (read + create + discover >= maxConcurrency) return false;
    if (lane === 'read') return true;
    // Discoveries leave one slot to creations.
    const isLimited = lane === 'discover' && discover >= Math.max(1, maxCreates - 1);
    return create + discover < maxCreates && !isLimited;
  }
}
