/** The budget of a start at which the pauses below are those that are documented. */
const REFERENCE_BUDGET_MS = 120_000;
const FIRST_POLL_MS = 2_000;
const MAX_PAUSE_MS = 10_000;
/** A cancellation that has not ended its run after so long is answered all the same. */
const CANCEL_TIMEOUT_MS = 10_000;

/** When Airbyte is asked for what a start or a cancellation has done, while its own answer is awaited. */
export interface StartTiming {
  readonly firstPollMs: number;
  readonly maxPauseMs: number;
  readonly cancelTimeoutMs: number;
}

/** Shorter budgets shorten everything alike; longer ones change nothing. */
export function startTimingOf(startTimeoutMs: number): StartTiming {
  const share = Math.min(1, startTimeoutMs / REFERENCE_BUDGET_MS);
  return {
    firstPollMs: FIRST_POLL_MS * share,
    maxPauseMs: MAX_PAUSE_MS * share,
    cancelTimeoutMs: CANCEL_TIMEOUT_MS * share,
  };
}

/** The pauses before each look: looks come 2, 4 and 8 s after sending, and then every 10 s. */
export function* pausesOf({ firstPollMs, maxPauseMs }: StartTiming): Generator<number, never> {
  yield firstPollMs;
  for (let pauseMs = firstPollMs; ; pauseMs *= 2) yield Math.min(pauseMs, maxPauseMs);
}
