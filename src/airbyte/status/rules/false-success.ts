import type { AirbyteJob } from '../../client/model/airbyte-types';
import { endedAt, type HealthReason, type RunFacts } from '../../core/status-facts';
import { isSuccess } from '../../core/job-status';

/** Number of successes with rows that make an empty one suspicious. */
const BASELINE_SUCCESSES = 10;

/**
 * False success: the newest success has no statistics, or it ends a series of successes without rows that
 * follows ten successes with rows.
 */
export function falseSuccess({ newestJobs, newestSuccess }: RunFacts): HealthReason | null {
  if (!newestSuccess) return null;
  if (newestSuccess.rowsSynced === null && newestSuccess.bytesSynced === null) {
    return reason('The newest success has no statistics.', newestSuccess);
  }
  const successes = newestJobs.filter(isSuccess);
  const empty = successes.findIndex((job) => job.rowsSynced !== 0);
  const firstEmpty = successes[empty - 1];
  const before = successes.slice(empty, empty + BASELINE_SUCCESSES);
  if (!firstEmpty || before.length < BASELINE_SUCCESSES || !before.every(hasRows)) return null;
  const times = empty === 1 ? 'The newest success' : `The newest ${empty} successes`;
  return reason(`${times} synced no rows, but each of the ten before synced some.`, firstEmpty);
}

function hasRows(job: AirbyteJob): boolean {
  return job.rowsSynced !== null && job.rowsSynced > 0;
}

function reason(message: string, first: AirbyteJob): HealthReason {
  return { code: 'false_success', message, since: endedAt(first) };
}
