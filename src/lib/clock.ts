import { setTimeout as pause } from 'node:timers/promises';

/** Injection token of the clock. Code reads time only from it, so that tests can control time. */
export const CLOCK = Symbol('CLOCK');

export interface Clock {
  /** Wall clock. It can step, so it must not be used to measure durations. */
  now(): Date;
  /** Monotonic clock in milliseconds, for ages, windows, pauses and deadlines. */
  monotonicMs(): number;
  /** Resolves after `ms` or when the signal aborts. Callers must check the signal afterwards. */
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
