import type { AirbyteConnection, AirbyteJob } from '../client/model/airbyte-types';
import type { RunFailureDto } from './dto/run-failure.dto';
import { ownFreshness } from './freshness';
import type { Timing } from '../schedule';
import type { HealthCode } from './status-enums';

/** Run history of one ingestion. */
export interface RunFacts {
  /** The newest jobs of every type, newest first. */
  readonly newestJobs: readonly AirbyteJob[];
  /** The newest successful sync or refresh, however old; null if there is none. */
  readonly newestSuccess: AirbyteJob | null;
}

/** Input of the health rules. */
export interface StatusFacts extends RunFacts {
  readonly connection: AirbyteConnection;
  /** Reason of the newest failed sync since the newest success; null if there is no such sync or its reason is not known. */
  readonly runFailure: RunFailureDto | null;
  readonly timing: Timing;
  readonly now: Date;
}

/** Configurable limits of the health rules. */
export interface Tolerances {
  /** Grace period before a firing counts as missed, in ms. Airbyte starts syncs up to 30 minutes late. */
  readonly missedRunMs: number;
  /** Limit that a caller has asked for, an ISO 8601 duration. Data older than this is stale. */
  readonly askedFreshness: string | null;
  /** Limit of ingestions without an objective of their own; null: decided by the schedule. */
  readonly defaultFreshness: string | null;
  /** Whether this Airbyte deactivates failing connections; the embedded one does not. */
  readonly disablesFailing: boolean;
}

/** The limit that decides about an ingestion; null: its schedule decides. */
export function freshnessIn(
  connection: AirbyteConnection,
  { askedFreshness, defaultFreshness }: Pick<Tolerances, 'askedFreshness' | 'defaultFreshness'>,
): string | null {
  return askedFreshness ?? ownFreshness(connection) ?? defaultFreshness;
}

/** A health problem. `since` is null if unknown. */
export interface HealthReason {
  readonly code: HealthCode;
  readonly message: string;
  readonly since: Date | null;
}

/** End of a job; its creation time if Airbyte reports no end. */
export function endedAt(job: AirbyteJob): Date {
  return new Date(job.lastUpdatedAtMs ?? job.startTimeMs);
}

/** Creation of a job. */
export function queuedAt(job: AirbyteJob): Date {
  return new Date(job.startTimeMs);
}
