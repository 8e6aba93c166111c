/** A sweep takes this share of the maximum age, so that the list of connections is never older than that. */
const SWEEP_SHARE = 0.45;
/** At most 20 pages a second. */
const MIN_PAUSE_MS = 50;
/** At most half of the time of one of Airbyte's threads, of which its public API has five. */
const MAX_DUTY = 0.5;
/** Longest pause because of a slow call. A process that was suspended measures any duration. */
const MAX_REST_MS = 5000;

/** The newest sweep. */
export interface SweepCost {
  readonly pages: number;
  /** Duration of its newest call. */
  readonly callMs: number;
}

/**
 * Time from the start of one page of a sweep to the start of the next. A sweep ends in time as long as that
 * is within the budget; beyond it, older connections are read directly.
 */
export function sweepPauseMs({ pages, callMs }: SweepCost, maxAgeMs: number): number {
  const restMs = Math.min(callMs / MAX_DUTY, MAX_REST_MS);
  return Math.max(MIN_PAUSE_MS, restMs, (SWEEP_SHARE * maxAgeMs) / Math.max(1, pages));
}
