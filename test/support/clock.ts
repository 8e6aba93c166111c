import { type Clock, systemClock } from '../../src/lib/clock';

/** A clock with the wall time of the test. Monotonic time follows it. Waits take real time. */
export function clockOf(now: () => Date): Clock {
  return { now, monotonicMs: () => now().getTime(), wait: (ms, signal) => systemClock.wait(ms, signal) };
}
