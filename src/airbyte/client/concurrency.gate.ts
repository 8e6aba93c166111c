import type { Lane } from './operation';

export interface GateLimits {
  /** Calls at one time. */
  readonly maxConcurrency: number;
  /** How many of them may be creations. */
  readonly maxCreates: number;
  /** How many may wait. */
  readonly maxQueue: number;
}

/** `full`: too many wait already. */
export type GateRefusal = 'full' | 'timeout' | 'aborted';
export type Release = () => void;

interface Waiter {
  readonly lane: Lane;
  readonly turn: number;
  readonly admit: () => void;
}

/**
 * Lets a limited number of calls through at one time, first come first served; a creation that has to wait for the
 * creations' own allowance holds up no read behind it.
 */
export class ConcurrencyGate {
  private running: Record<Lane, number> = { read: 0, create: 0 };
  // Sets keep the order of insertion and lose a waiter who gave up in constant time.
  private readonly waiting: Record<Lane, Set<Waiter>> = { read: new Set(), create: new Set() };
  private turns = 0;

  constructor(private readonly limits: GateLimits) {}

  /** How many wait. */
  get queued(): number {
    return this.waiting.read.size + this.waiting.create.size;
  }

  get active(): number {
    return this.running.read + this.running.create;
  }

  /** @returns what gives the place back, to be called once, or why there is none */
  enter(
    lane: Lane,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Release | Promise<Release | GateRefusal> | GateRefusal {
    if (signal?.aborted) return 'aborted';
    if (this.waiting[lane].size === 0 && this.hasRoom(lane)) return this.occupy(lane);
    if (this.queued >= this.limits.maxQueue) return 'full';
    return this.queue(lane, timeoutMs, signal);
  }

  private queue(lane: Lane, timeoutMs: number, signal?: AbortSignal): Promise<Release | GateRefusal> {
    return new Promise((resolve) => {
      const settle = (outcome: Release | GateRefusal): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        this.waiting[lane].delete(waiter);
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
        turn: this.turns++,
        admit: () => {
          settle(this.occupy(lane));
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.waiting[lane].add(waiter);
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
    for (let next = this.next(); next !== undefined; next = this.next()) next.admit();
  }

  private next(): Waiter | undefined {
    const read = this.head('read');
    const create = this.head('create');
    if (read === undefined || create === undefined) return read ?? create;
    return read.turn < create.turn ? read : create;
  }

  private head(lane: Lane): Waiter | undefined {
    return this.hasRoom(lane) ? this.waiting[lane].values().next().value : undefined;
  }

  private hasRoom(lane: Lane): boolean {
    if (this.active >= this.limits.maxConcurrency) return false;
    return lane === 'read' || this.running.create < this.limits.maxCreates;
  }
}
