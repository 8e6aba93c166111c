import type { AirbyteJob } from '../../client/model/airbyte-types';
import { bringsData, failuresInARow } from '../../core/job-status';
import {
  endedAt,
  queuedAt,
  type HealthReason,
  type StatusFacts,
  type Tolerances,
} from '../../core/status-facts';

/**
 * Airbyte deactivates a connection after this many consecutive failures and this many days without a success.
 */
const DISABLED_AFTER_FAILURES = 30;
const DISABLED_AFTER_DAYS = 7;

/** Half of both limits counts as near. */
const NEAR_FAILURES = DISABLED_AFTER_FAILURES / 2;
const DAY_MS = 86_400_000;
const NEAR_MS = (DISABLED_AFTER_DAYS * DAY_MS) / 2;

/** Failing: the newest sync that was not cancelled failed. */
export function failing(
  { connection, newestJobs, runFailure }: StatusFacts,
  { disablesFailing }: Pick<Tolerances, 'disablesFailing'>,
): HealthReason | null {
  const failures = failuresInARow(newestJobs);
  const first = failures.at(-1);
  if (!first) return null;
  const times = failures.length === 1 ? 'The newest sync' : `The newest ${failures.length} syncs`;
  const parts = [`${times} failed.`];
  if (disablesFailing) parts.push(outlook(connection.status, failures.length));
  const reported = runFailure?.message ?? null;
  if (reported !== null) parts.push(`Reason of the newest failure: ${reported}`);
  return { code: 'failing', message: parts.join(' '), since: endedAt(first) };
}

function outlook(connectionStatus: string, count: number): string {
  const rule = `${DISABLED_AFTER_FAILURES} failures in a row and ${DISABLED_AFTER_DAYS} days without a success`;
  if (connectionStatus === 'inactive') {
    return `Airbyte deactivates an ingestion after ${rule}; this one is inactive.`;
  }
  const left = Math.max(0, DISABLED_AFTER_FAILURES - count);
  return `Airbyte deactivates an ingestion after ${rule}: ${left} failures away.`;
}

/** Near automatic deactivation: active, and at least half of both limits reached. */
export function nearAutoDisable(
  facts: StatusFacts,
  { disablesFailing }: Pick<Tolerances, 'disablesFailing'>,
): HealthReason | null {
  if (!disablesFailing) return null;
  const { connection, newestJobs, newestSuccess, now } = facts;
  const failures = failuresInARow(newestJobs);
  if (connection.status !== 'active' || failures.length < NEAR_FAILURES) return null;
  const since = newestSuccess ? endedAt(newestSuccess) : firstTry(newestJobs, connection.createdAt);
  if (since === null) return null;
  if (now.getTime() - since.getTime() < NEAR_MS) return null;
  const disabledAt = new Date(since.getTime() + DISABLED_AFTER_DAYS * DAY_MS);
  return {
    code: 'near_auto_disable',
    message: `Airbyte deactivates it at ${DISABLED_AFTER_FAILURES} failures in a row, but not before ${disabledAt.toISOString()}; it has ${failures.length}.`,
    since,
  };
}

/** Without a success, Airbyte counts from the first recorded sync. */
function firstTry(newestJobs: readonly AirbyteJob[], createdAt: Date | null): Date | null {
  const first = newestJobs.findLast(bringsData);
  return first ? queuedAt(first) : createdAt;
}
