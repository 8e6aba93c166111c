/** Injection token of the clock, so that no rule about time reads it by itself. */
export const CLOCK = Symbol('CLOCK');

export interface Clock {
  /** The wall clock. It can step, so it must not measure how much time has passed. */
  now(): Date;
  /** Milliseconds since some moment; never steps. For ages, windows, pauses and budgets. */
  monotonicMs(): number;
}

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
};
