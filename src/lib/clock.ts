import { setTimeout as pause } from 'node:timers/promises';

/** Injection token of the clock. Read time only from the clock, so that tests can control it. */
export const CLOCK = Symbol('CLOCK');

export interface Clock {
  /** Wall clock. Do not measure durations with it, because it can jump. */
  now(): Date;
  /** Monotonic clock in milliseconds, for durations and deadlines. */
  monotonicMs(): number;
  /** Resolves after `ms` or when the signal aborts. Check the signal afterwards. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  wait: async (ms, signal) => {
    try {
      await pause(ms, undefined, signal && { signal });
    } catch (error) {
      if (!signal?.aborted) throw error;
    }
  },
};
