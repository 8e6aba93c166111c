import type { HealthReason, StatusFacts, Tolerances } from '../core/status-facts';
import { emptyOverwrite } from './rules/empty-overwrite';
import { failing, nearAutoDisable } from './rules/failing';
import { falseSuccess } from './rules/false-success';
import { missedRun } from './rules/missed-run';
import { stale } from './rules/stale';
import { syncStateOf } from '../core/job-status';
import { type Health, type HealthCode, HEALTHS } from '../core/status-enums';

export interface HealthReport {
  /** The most severe value that applies. */
  readonly health: Health;
  /** All problems, in the order of the codes. */
  readonly reasons: readonly HealthReason[];
}

/** Evaluates the health rules. */
export function assessHealth(facts: StatusFacts, tolerances: Tolerances): HealthReport {
  const reasons = [
    failing(facts, tolerances),
    missedRun(facts, tolerances),
    stale(facts, tolerances),
    falseSuccess(facts),
    emptyOverwrite(facts),
    nearAutoDisable(facts, tolerances),
  ].filter((reason) => reason !== null);
  const codes = new Set(reasons.map(({ code }) => code));
  return { health: HEALTHS.find((health) => HEALTH_CONDITIONS[health](facts, codes)) ?? 'healthy', reasons };
}

/** Condition of each health value. */
const HEALTH_CONDITIONS: Record<Health, (facts: StatusFacts, codes: ReadonlySet<HealthCode>) => boolean> = {
  paused: ({ connection }) => connection.status === 'inactive' || connection.status === 'locked',
  failing: (_, codes) => codes.has('failing'),
  running_late: (_, codes) => codes.has('missed_run'),
  stale: (_, codes) => codes.has('stale'),
  suspect: (_, codes) => codes.has('false_success') || codes.has('empty_overwrite'),
  never_synced: ({ newestSuccess }) => newestSuccess === null,
  unknown: ({ connection, timing, newestJobs }) =>
    connection.status !== 'active' || timing.kind === 'unknown' || syncStateOf(newestJobs) === 'unknown',
  healthy: () => true,
};
