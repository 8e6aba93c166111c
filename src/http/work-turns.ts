/** In one turn of the event loop no further work is begun after so long. */
const SLICE_MS = 5;
/** Nor more than so many pieces of work. */
const MAX_PIECES = 32;

/**
 * Spreads work over turns of the event loop, so that everything else is served in between. The keys take turns, and work of
 * one key is done in its order: a caller with much work does not hold up a caller with little.
 */
export class WorkTurns {
  private readonly lines = new Map<string, (() => void)[]>();
  private waiting = 0;
  private isScheduled = false;

  add(key: string, work: () => void): void {
    const line = this.lines.get(key);
    if (line) line.push(work);
    else this.lines.set(key, [work]);
    this.waiting++;
    this.schedule();
  }

  /**
   * Each piece has an immediate of its own. Node settles the promises of one before it calls the next, so that the time of
   * the slice includes what a piece does asynchronously without waiting for anything.
   */
  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    let endsAtMs: number | null = null;
    setImmediate(() => {
      endsAtMs = performance.now() + SLICE_MS;
      // What is added from now on is for the next turn.
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

  /** The key goes behind the others. */
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
