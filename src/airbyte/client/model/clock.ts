/** Time and chance, passed in so that tests need no sleeping. */
export interface Clock {
  /** The wall clock in epoch milliseconds. It can step, so it must not measure how much time has passed. */
  now(): number;
  /** Milliseconds since some moment of this process; never steps. For budgets, pauses and ages. */
  monotonicMs(): number;
  /** From 0 to below 1. */
  random(): number;
  /** Resolves after `ms`, or at once when the signal aborts: look at the signal afterwards. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  random: () => Math.random(),
  wait: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) {
        resolve();
        return;
      }
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener('abort', done, { once: true });
    }),
};
