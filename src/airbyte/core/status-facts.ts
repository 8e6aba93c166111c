import type { AirbyteConnection, AirbyteJob } from '../client/model/airbyte-types';
import type { Timing } from '../schedule';
import type { HealthCode } from './status-enums';

/** What Airbyte holds of one ingestion's runs. */
export interface RunFacts {
  /** The newest jobs of every type, newest first. */
  readonly newestJobs: readonly AirbyteJob[];
  /** The newest succeeded sync or refresh, however old; null if none is on record. */
  readonly newestSuccess: AirbyteJob | null;
}

/** Everything that the rules judge by. */
export interface StatusFacts extends RunFacts {
  readonly connection: AirbyteConnection;
  readonly timing: Timing;
  readonly now: Date;
}

/** What callers and operators may choose about the rules. */
export interface Tolerances {
  /** A firing that passed less than this ago is not missed yet: Airbyte promises its firings only to half an hour. */
  readonly missedRunMs: number;
  /** Data older than this is stale, whatever the schedule; null: the schedule alone decides. */
  readonly freshnessMs: number | null;
  /** Whether this Airbyte makes failing connections inactive by itself; the embedded one does not. */
  readonly disablesFailing: boolean;
}

/** One thing that is wrong, since when if that can be told. */
export interface HealthReason {
  readonly code: HealthCode;
  readonly message: string;
  readonly since: Date | null;
}

/** When a job ended; for one that says no end, when it was made. */
export function endedAt(job: AirbyteJob): Date {
  return job.lastUpdatedAt ?? job.startTime;
}
