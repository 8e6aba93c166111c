import { type Clock, systemClock } from '../../src/lib/clock';

/** A clock whose wall time a test decides; elapsed time follows it, waits take real time. */
export function clockOf(now: () => Date): Clock {
  return { now, monotonicMs: () => now().getTime(), wait: (ms, signal) => systemClock.wait(ms, signal) };
}
