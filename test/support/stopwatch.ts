const TICK_MS = 10;

/**
 * Counts turns of this process's event loop. Each turn counts as 10 ms at most, however long it took. The load of the
 * machine therefore cannot exceed an upper limit, but a wait for a timer or a missing answer can.
 */
export class Stopwatch {
  private ticks = 0;
  private readonly startedAtMs = performance.now();
  private readonly timer = setInterval(() => this.ticks++, TICK_MS);

  /** `countedMs` is at most the real time `elapsedMs`. */
  stop(): { readonly countedMs: number; readonly elapsedMs: number } {
    clearInterval(this.timer);
    const elapsedMs = performance.now() - this.startedAtMs;
    return { countedMs: Math.min(this.ticks * TICK_MS, elapsedMs), elapsedMs };
  }
}
