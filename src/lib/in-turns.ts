import { type Clock, systemClock } from './clock';
import { SHARED_KEY, workTurns } from './work-turns';

/** Time limit of the work in one turn of the event loop. */
const SLICE_MS = 5;

/**
 * Runs a generator in several turns of the event loop, so that other requests are not blocked. The generator can be
 * interrupted at each `yield`. The first slice runs at once. The later slices wait for the turn of their key, so that much work
 * at the same time does not make one long turn.
 */
export async function inTurns<T>(
  work: Generator<void, T>,
  key: string = SHARED_KEY,
  clock: Pick<Clock, 'monotonicMs'> = systemClock,
): Promise<T> {
  for (;;) {
    const step = nextSlice(work, clock);
    if (step.done) return step.value;
    await workTurns.turn(key);
  }
}

function nextSlice<T>(work: Generator<void, T>, clock: Pick<Clock, 'monotonicMs'>): IteratorResult<void, T> {
  const endsAtMs = clock.monotonicMs() + SLICE_MS;
  for (;;) {
    const step = work.next();
    if (step.done || clock.monotonicMs() >= endsAtMs) return step;
  }
}
