import { pause } from './retry.js';
import type { Called, EventList, GatewayEvent } from './types.js';

/** Pause after the newest event, before the next look. */
const PAUSE_MS = 2000;

/** Reads one part of the log after another, and waits for new events at its end. */
export async function* everyEvent(
  read: (after: string | undefined) => Called<EventList>,
  start: string | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<GatewayEvent, void> {
  for (let after = start; ;) {
    const { data, next, hasMore } = await read(after);
    yield* data;
    after = next;
    if (!hasMore) await pause(PAUSE_MS, signal);
  }
}
