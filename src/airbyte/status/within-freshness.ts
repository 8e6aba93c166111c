import { isSuccess } from '../core/job-status';
import { endedAt, type RunFacts } from '../core/status-facts';

const WINDOW_MS = 28 * 24 * 3_600_000;

/** Part of the last 28 days in which data was as recent as the objective demands. */
export interface WithinFreshness {
  /** From 0 to 1. */
  readonly share: number;
  /** Begin of the time that the share is about. */
  readonly since: Date;
  readonly observedMs: number;
}

/**
 * Computes the share from the ends of the known successes. Data is recent enough from the end of a success for as long as the
 * objective says, or until the next success. Before the oldest known success nothing is known, so that a later `since` shows a shorter
 * history.
 * @param newestJobs without a gap between them
 * @param until time of the observation, by Airbyte's clock
 * @returns null without a success before `until`
 */
export function withinFreshness(
  { newestJobs, newestSuccess }: RunFacts,
  objectiveMs: number,
  until: Date,
): WithinFreshness | null {
  const untilMs = until.getTime();
  const arrivedAtMs = [...newestJobs.filter(isSuccess), ...(newestSuccess ? [newestSuccess] : [])]
    .map((job) => endedAt(job).getTime())
    .filter((ms) => ms < untilMs)
    .sort((a, b) => a - b);
  const [oldestMs] = arrivedAtMs;
  if (oldestMs === undefined) return null;
  const sinceMs = Math.max(oldestMs, untilMs - WINDOW_MS);
  let recentMs = 0;
  for (const [index, arrivedMs] of arrivedAtMs.entries()) {
    const endMs = Math.min(arrivedMs + objectiveMs, arrivedAtMs[index + 1] ?? untilMs, untilMs);
    recentMs += Math.max(0, endMs - Math.max(arrivedMs, sinceMs));
  }
  const observedMs = untilMs - sinceMs;
  return { share: recentMs / observedMs, since: new Date(sinceMs), observedMs };
}
