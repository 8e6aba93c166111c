/** In one turn of the event loop, no new work starts after this time. */
const SLICE_MS = 5;
/** Maximum number of work items in one turn of the event loop. */
const MAX_PIECES = 32;
/** Key of work that belongs to no caller in particular, such as answers that several callers share. */
export const SHARED_KEY = '';

/**
 * Distributes work over turns of the event loop. Keys are served in round-robin order, and the work of a key in FIFO order.
 * A caller with many requests does not delay other callers.
 */
export class WorkTurns {
  private readonly lines = new Map<string, (() => void)[]>();
  private waiting = 0;
  private isScheduled = false;
  private readonly keys = new WeakMap<object, string>();

  /** Declares under which key the work on `value` is done. */
  assign(value: object, key: string): void {
    this.keys.set(value, key);
  }

  /** Returns the key of {@link assign}. All other work has one key in common. */
  keyOf(value: object): string {
    return this.keys.get(value) ?? SHARED_KEY;
  }

  /** Resolves when it is the turn of the key. */
  turn(key: string): Promise<void> {
    return new Promise((resolve) => {
      this.add(key, resolve);
    });
  }

  add(key: string, work: () => void): void {
    const line = this.lines.get(key);
    if (line) line.push(work);
    else this.lines.set(key, [work]);
    this.waiting++;
    this.schedule();
  }

  /**
   * Each item has its own `setImmediate` callback. Node runs microtasks between these callbacks, so the measured time includes
   * the microtasks of an item.
   */
  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    let endsAtMs: number | null = null;
    setImmediate(() => {
      endsAtMs = performance.now() + SLICE_MS;
      // Work that is added after this line runs in the next turn.
      this.isScheduled = false;
      this.takeNext()?.();
    });
    const pieces = Math.min(this.waiting, MAX_PIECES);
    for (let piece = 1; piece < pieces; piece++)
      setImmediate(() => {
        if (endsAtMs !== null && performance.now() < endsAtMs) this.takeNext()?.();
      });
    setImmediate(() => {
      if (this.waiting > 0) this.schedule();
    });
  }

  /** Removes and returns the next item. Moves its key to the end of the order. */
  private takeNext(): (() => void) | undefined {
    for (const [key, line] of this.lines) {
      const work = line.shift();
      this.waiting--;
      this.lines.delete(key);
      if (line.length > 0) this.lines.set(key, line);
      return work;
    }
    return undefined;
  }
}

/** The process has one event loop, so all its work shares one order. */
export const workTurns = new WorkTurns();
