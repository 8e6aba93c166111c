import { setTimeout as pause } from 'node:timers/promises';
import type { SkippingClock } from './skipping-clock';

/** Most timers of the gateway end after two looks. Retries of webhooks, after 5 s at least, do not come by surprise. */
const STEP_MS = 250;

let moving: SkippingClock | null = null;

/** From now on, `until` moves this clock between two looks, so that the tests of a file wait for work and not for time. */
export function moveWhileWaiting(clock: SkippingClock): void {
  moving = clock;
}

/** Waits until `check` returns a value, and returns it. Throws after `timeoutMs`. */
export async function until<T>(
  what: string,
  check: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  timeoutMs = 28_000,
): Promise<T> {
  const deadlineMs = Date.now() + timeoutMs;
  for (;;) {
    const found = await check();
    if (found !== null && found !== undefined && found !== false) return found;
    if (Date.now() > deadlineMs) throw new Error(`waited ${timeoutMs} ms in vain for ${what}`);
    await pause(25);
    moving?.skip(STEP_MS);
  }
}
