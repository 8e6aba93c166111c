import type { AirbyteJob } from '../../client/model/airbyte-types';
import { bringsData } from '../../core/job-status';
import { endedAt, type HealthReason, type StatusFacts } from '../../core/status-facts';

/** `full_refresh_overwrite` and `full_refresh_overwrite_deduped` replace the table. */
const OVERWRITE = 'full_refresh_overwrite';

/**
 * Empty overwrite: the newest successes synced no rows, the one before them had rows, and every stream replaces its table. So
 * tables that had rows are empty now. After a clear they were empty before.
 */
export function emptyOverwrite({ connection, newestJobs }: StatusFacts): HealthReason | null {
  const { streams } = connection;
  const isReplaced = streams.every(({ syncMode }) => syncMode?.startsWith(OVERWRITE));
  if (streams.length === 0 || !isReplaced) return null;
  let firstEmpty: AirbyteJob | null = null;
  for (const job of newestJobs) {
    if (job.status !== 'succeeded') continue;
    if (!bringsData(job) || job.rowsSynced === null) return null;
    if (job.rowsSynced > 0) return firstEmpty && reason(firstEmpty, job.rowsSynced);
    firstEmpty = job;
  }
  return null;
}

function reason(firstEmpty: AirbyteJob, rows: number): HealthReason {
  const before = rows === 1 ? '1 row' : `${rows} rows`;
  return {
    code: 'empty_overwrite',
    message: `A sync without rows has replaced tables for which the sync before had ${before}. Check the source and its permissions.`,
    since: endedAt(firstEmpty),
  };
}
