import type { Clock } from '../../src/lib/clock';

/** A clock whose wall time a test decides; elapsed time follows it. */
export function clockOf(now: () => Date): Clock {
  return { now, monotonicMs: () => now().getTime() };
}
