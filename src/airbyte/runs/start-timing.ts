/** Start timeout for which the documented pauses apply. */
const REFERENCE_BUDGET_MS = 120_000;
const FIRST_POLL_MS = 2_000;
const MAX_PAUSE_MS = 10_000;
/** Time after which a cancellation is answered although the run has not ended. */
const CANCEL_TIMEOUT_MS = 10_000;

/** Timing of polls during a start or a cancellation. */
export interface StartTiming {
  readonly firstPollMs: number;
  readonly maxPauseMs: number;
  readonly cancelTimeoutMs: number;
}

/** A shorter timeout shortens all values proportionally; a longer one changes nothing. */
export function startTimingOf(startTimeoutMs: number): StartTiming {
  const share = Math.min(1, startTimeoutMs / REFERENCE_BUDGET_MS);
  return {
    firstPollMs: FIRST_POLL_MS * share,
    maxPauseMs: MAX_PAUSE_MS * share,
    cancelTimeoutMs: CANCEL_TIMEOUT_MS * share,
  };
}

/** Pauses between polls: polls run 2, 4 and 8 s after sending, then every 10 s. */
export function* pausesOf({ firstPollMs, maxPauseMs }: StartTiming): Generator<number, never> {
  yield firstPollMs;
  for (let pauseMs = firstPollMs; ; pauseMs *= 2) yield Math.min(pauseMs, maxPauseMs);
}
