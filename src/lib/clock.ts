import { setTimeout as pause } from 'node:timers/promises';

/** Injection token of the clock, so that no rule about time reads it by itself. */
export const CLOCK = Symbol('CLOCK');

export interface Clock {
  /** The wall clock. It can step, so it must not measure how much time has passed. */
  now(): Date;
  /** Milliseconds since some moment of this process; never steps. For ages, windows, pauses and budgets. */
  monotonicMs(): number;
  /** Resolves after `ms`, or at once when the signal aborts: look at the signal afterwards. */
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
