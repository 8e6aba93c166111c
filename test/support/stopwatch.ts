const TICK_MS = 10;

/**
 * Measures time by the turns of this process's event loop: a turn counts as 10 ms at most, however long it took. While the
 * machine does other things no time passes here, so that a busy machine breaks no upper limit, and whoever waits for a timer
 * or for an answer that does not come still breaks it.
 */
export class Stopwatch {
  private ticks = 0;
  private readonly startedAtMs = performance.now();
  private readonly timer = setInterval(() => this.ticks++, TICK_MS);

  /** At most as long as it really took. */
  stop(): { readonly countedMs: number; readonly elapsedMs: number } {
    clearInterval(this.timer);
    const elapsedMs = performance.now() - this.startedAtMs;
    return { countedMs: Math.min(this.ticks * TICK_MS, elapsedMs), elapsedMs };
  }
}
