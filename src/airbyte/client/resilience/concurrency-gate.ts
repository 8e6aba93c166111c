import { FairQueue } from './fair-queue';
import { isStartLane, type Lane } from '../model/operation';

export interface GateLimits {
  /** Calls at one time, starts and cancellations of jobs aside. */
  readonly maxConcurrency: number;
  /** How many of them may be creations. */
  readonly maxCreates: number;
  /** Starts and cancellations of jobs at one time. */
  readonly maxStarts: number;
  /** How many calls may wait. */
  readonly maxQueue: number;
}

/** `full`: too many calls wait already. */
export type GateRefusal = 'full' | 'timeout' | 'aborted';
export type Release = () => void;

/** A request for a place. */
export interface Entry {
  readonly lane: Lane;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Calls without one share a turn. */
  readonly callerKey?: string | undefined;
}

interface Waiter {
  readonly lane: Lane;
  readonly arrival: number;
  readonly admit: () => void;
  readonly refuse: () => void;
}

/**
 * Limits the calls that are under way at one time. Callers that wait take turns, and each caller's own calls are first
 * come, first served, except that a call whose lane is full holds up no call of another lane.
 */
export class ConcurrencyGate {
  private readonly running: Record<Lane, number> = { read: 0, create: 0, start: 0, cancel: 0 };
  private readonly waiting = new FairQueue<Waiter>();
  private arrivals = 0;

  constructor(private readonly limits: GateLimits) {}

  get active(): number {
    return this.running.read + this.running.create + this.running.start + this.running.cancel;
  }

  /** How many wait. */
  get queued(): number {
    return this.waiting.size;
  }

  /** @returns a function that releases the place, or the reason for a refusal */
  enter(entry: Entry): Release | Promise<Release | GateRefusal> | GateRefusal {
    if (entry.signal?.aborted) return 'aborted';
    if (this.hasRoom(entry.lane) && this.waiting.isEmpty(entry.lane)) return this.occupy(entry.lane);
    if (!this.hasQueuePlace(entry.callerKey)) return 'full';
    return this.queue(entry);
  }

  /**
   * In a full queue the caller with the most calls gives a place up to a caller with fewer: no caller can keep the
   * others out of it, and a caller that is alone may fill it.
   */
  private hasQueuePlace(callerKey = ''): boolean {
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

  /** A cancellation goes before the starts: whoever stops a run cannot wait for others to begin theirs. */
  private takeNext(): Waiter | undefined {
    const canCancel = !this.waiting.isEmpty('cancel') && this.hasRoom('cancel');
    return this.waiting.takeNext((lane) => (canCancel ? lane === 'cancel' : this.hasRoom(lane)));
  }

  private hasRoom(lane: Lane): boolean {
    const { maxConcurrency, maxCreates, maxStarts } = this.limits;
    if (isStartLane(lane)) return this.running.start + this.running.cancel < maxStarts;
    if (this.running.read + this.running.create >= maxConcurrency) return false;
    return lane === 'read' || this.running.create < maxCreates;
  }
}
