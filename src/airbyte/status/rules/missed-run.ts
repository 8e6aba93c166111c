import { nextSync } from '../../schedule';
import {
  endedAt,
  queuedAt,
  type HealthReason,
  type StatusFacts,
  type Tolerances,
} from '../../core/status-facts';
import { currentJob } from '../../core/job-status';

/**
 * Missed run: a firing is overdue beyond the tolerance and no job was created for it. Airbyte computes the next
 * firing from one minute after the start of the last job, once that job ended; without any job, from the
 * creation.
 */
export function missedRun(facts: StatusFacts, { missedRunMs }: Tolerances): HealthReason | null {
  const { connection, timing, newestJobs, now } = facts;
  if (connection.status !== 'active' || currentJob(newestJobs)) return null;
  const [newest] = newestJobs;
  const from = newest ? endedAt(newest) : connection.createdAt;
  if (from === null) return null;
  const newestJobStartedAt = newest ? queuedAt(newest) : null;
  const due = nextSync(timing, { now: from, isActive: true, newestJobStartedAt });
  if (!due || now.getTime() - due.getTime() <= missedRunMs) return null;
  return {
    code: 'missed_run',
    message: `A sync was due at ${due.toISOString()} and Airbyte started none.`,
    since: due,
  };
}
