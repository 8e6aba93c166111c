import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Clock, systemClock } from './clock';

/** Time limit of the work in one turn of the event loop. */
const SLICE_MS = 5;

/**
 * Runs a generator in several turns of the event loop, so that other requests are not blocked. The generator can be
 * interrupted at each `yield`. Short work ends in the first turn and returns its value without a promise.
 */
export function inTurns<T>(work: Generator<void, T>, clock: Time = systemClock): T | Promise<T> {
  const step = nextSlice(work, clock);
  return step.done ? step.value : later(work, clock);
}

type Time = Pick<Clock, 'monotonicMs'>;

async function later<T>(work: Generator<void, T>, clock: Time): Promise<T> {
  for (;;) {
    await nextTurn();
    const step = nextSlice(work, clock);
    if (step.done) return step.value;
  }
}

function nextSlice<T>(work: Generator<void, T>, clock: Time): IteratorResult<void, T> {
  const endsAtMs = clock.monotonicMs() + SLICE_MS;
  for (;;) {
    const step = work.next();
    if (step.done || clock.monotonicMs() >= endsAtMs) return step;
  }
}
