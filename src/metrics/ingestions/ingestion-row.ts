import type { AirbyteConnection } from '../../airbyte/client/model/airbyte-types';
import { bringsData, failuresInARow, hasEnded, syncStateOf } from '../../airbyte/core/job-status';
import { freshnessIn, type RunFacts, type Tolerances } from '../../airbyte/core/status-facts';
import type { Health, HealthCode } from '../../airbyte/core/status-enums';
import type { RememberedIngestion } from '../../airbyte/mirror/memory-view';
import { parseDurationMs } from '../../config/iso-duration';
import { assessHealth } from '../../airbyte/status/health';
import { readFacts } from '../../airbyte/status/status-report';

/** Values of one ingestion that the metrics show. Times are epoch seconds. */
export interface IngestionRow {
  readonly connection: Pick<
    AirbyteConnection,
    'connectionId' | 'name' | 'workspaceId' | 'sourceId' | 'destinationId'
  >;
  readonly isPaused: boolean;
  /** Null while its jobs are not known, or were read too long ago. */
  readonly facts: IngestionFacts | null;
}

export interface IngestionFacts {
  readonly lastSuccessS: number | null;
  /** Limit of the time without new data; null if the schedule decides. */
  readonly freshnessS: number | null;
  /** Time since the newest success in seconds. */
  readonly lagS: number | null;
  readonly nextSyncS: number | null;
  readonly health: Health;
  readonly problems: readonly HealthCode[];
  readonly failuresInARow: number;
  readonly isRunning: boolean;
  readonly lastRunS: number | null;
}

export interface RowOptions {
  /** By Airbyte's clock. */
  readonly now: Date;
  readonly tolerances: Tolerances;
  /** Facts that are older are not shown. */
  readonly maxAgeMs: number;
}

export function rowOf({ connection, runs, ageMs }: RememberedIngestion, options: RowOptions): IngestionRow {
  const { status } = connection;
  const isPaused = status === 'inactive' || status === 'locked';
  const facts = runs && ageMs <= options.maxAgeMs ? factsOf(connection, runs, ageMs, options) : null;
  return { connection, isPaused, facts };
}

function factsOf(
  connection: AirbyteConnection,
  runs: RunFacts,
  ageMs: number,
  { now, tolerances }: RowOptions,
): IngestionFacts {
  const { facts, upcoming } = readFacts({ connection, ...runs }, now);
  // While Airbyte cannot be read, a run that is not known may have begun, so that nothing new counts as missed.
  const then = new Date(now.getTime() - ageMs);
  const { health, reasons } = assessHealth({ ...facts, now: then }, tolerances);
  const { newestJobs, newestSuccess } = runs;
  const lastSuccessMs = newestSuccess?.lastUpdatedAtMs ?? null;
  const freshness = freshnessIn(connection, tolerances);
  const lastRun = newestJobs.find((job) => bringsData(job) && hasEnded(job));
  const lastRunEndMs = lastRun?.lastUpdatedAtMs ?? null;
  return {
    lastSuccessS: lastSuccessMs === null ? null : lastSuccessMs / 1000,
    freshnessS: freshness === null ? null : (parseDurationMs(freshness) ?? 0) / 1000,
    lagS: lastSuccessMs === null ? null : Math.max(0, now.getTime() - lastSuccessMs) / 1000,
    nextSyncS: upcoming.nextSyncs[0] ? upcoming.nextSyncs[0].getTime() / 1000 : null,
    health,
    problems: reasons.map(({ code }) => code),
    failuresInARow: failuresInARow(newestJobs).length,
    isRunning: syncStateOf(newestJobs) === 'running',
    lastRunS: lastRun && lastRunEndMs !== null ? (lastRunEndMs - lastRun.startTimeMs) / 1000 : null,
  };
}
