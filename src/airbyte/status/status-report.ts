import { parseDurationMs } from '../../config/iso-duration';
import type { AirbyteError } from '../client/model/airbyte-errors';
import type { AirbyteJob } from '../client/model/airbyte-types';
import type { ListedRunDto } from '../core/dto/listed-run.dto';
import { toPauseDto } from '../core/dto/pause.dto';
import type { RunDto } from '../core/dto/run.dto';
import { ingestionStatus, upstreamStatus } from '../core/ingestion-mapper';
import { toRun } from '../core/run-mapper';
import { readSchedule, type Schedule } from '../schedule';
import type { IngestionStatusDto, WithinFreshnessDto } from './dto/ingestion-status.dto';
import {
  freshnessIn,
  type HealthReason,
  type RunFacts,
  type StatusFacts,
  type Tolerances,
} from '../core/status-facts';
import { airbyteProblem } from '../core/upstream-problem';
import { assessHealth, type HealthReport } from './health';
import { bringsData, currentJob, failuresInARow, hasEnded, syncStateOf } from '../core/job-status';
import type { ObservedIngestion } from '../mirror/observed-ingestion';
import { type NextSyncs, nextSyncsOf } from './next-syncs';
import { withinFreshness } from './within-freshness';

/** Facts, schedule and next syncs of an ingestion; shared by statuses and lists. */
export interface StatusInputs {
  readonly facts: StatusFacts;
  readonly schedule: Schedule;
  readonly upcoming: NextSyncs;
}

type ObservedFacts = Pick<ObservedIngestion, 'connection' | keyof RunFacts> &
  Partial<Pick<ObservedIngestion, 'runFailure'>>;

/** @param now by Airbyte's clock */
export function readFacts(
  { connection, newestJobs, newestSuccess, runFailure = null }: ObservedFacts,
  now: Date,
): StatusInputs {
  const { schedule, timing } = readSchedule(connection.schedule);
  const facts = { connection, timing, newestJobs, newestSuccess, runFailure, now };
  return { facts, schedule, upcoming: nextSyncsOf(facts) };
}

/** End of the newest success; null if there is none. */
export function lastSyncOf({ newestSuccess }: StatusFacts): string | null {
  const endedAtMs = newestSuccess?.lastUpdatedAtMs ?? null;
  return endedAtMs === null ? null : new Date(endedAtMs).toISOString();
}

/**
 * Health by the facts at the time when they were observed: while Airbyte cannot be read, a run that is not known
 * may have begun.
 */
export function healthOf(
  { facts }: StatusInputs,
  { failure, observedAt, ageMs }: ObservedIngestion,
  tolerances: Tolerances,
): HealthReport {
  if (failure === null) return assessHealth(facts, tolerances);
  const then = new Date(facts.now.getTime() - ageMs);
  const { health, reasons } = assessHealth({ ...facts, now: then }, tolerances);
  return { health, reasons: [...reasons, notObserved(failure, observedAt)] };
}

function notObserved(failure: AirbyteError, observedAt: Date): HealthReason {
  const since = observedAt.toISOString();
  return {
    code: 'not_observed',
    message: `This is the state of ${since}. ${airbyteProblem(failure).detail}`,
    since: observedAt,
  };
}

/** The known failure is that of the newest failed sync. After it, others may have been cancelled. */
function lastRunOf(job: AirbyteJob, { newestJobs, runFailure }: StatusFacts): ListedRunDto {
  const run: Readonly<RunDto> = toRun(job);
  return { ...run, failure: job === failuresInARow(newestJobs)[0] ? runFailure : null };
}

/** While Airbyte cannot be read, the time since the observation does not count. */
function withinFreshnessOf(
  { facts }: StatusInputs,
  { failure, ageMs }: ObservedIngestion,
  freshness: string | null,
): WithinFreshnessDto | null {
  const objectiveMs = freshness === null ? null : parseDurationMs(freshness);
  if (objectiveMs === null) return null;
  const until = failure === null ? facts.now : new Date(facts.now.getTime() - ageMs);
  const found = withinFreshness(facts, objectiveMs, until);
  return (
    found && {
      share: Math.floor(found.share * 10_000) / 10_000,
      since: found.since.toISOString(),
      observedSeconds: Math.floor(found.observedMs / 1000),
    }
  );
}

/** Computes the status of an ingestion. */
export function statusOf(observed: ObservedIngestion, now: Date, tolerances: Tolerances): IngestionStatusDto {
  const inputs = readFacts(observed, now);
  const { facts, schedule, upcoming } = inputs;
  const { connection, newestJobs } = facts;
  const { health, reasons } = healthOf(inputs, observed, tolerances);
  const lastRun = newestJobs.find((job) => bringsData(job) && hasEnded(job)) ?? facts.newestSuccess;
  const current = currentJob(newestJobs);
  const freshness = freshnessIn(connection, tolerances);
  const nextSyncs = upcoming.nextSyncs.map((moment) => moment.toISOString());
  return {
    connectionId: connection.connectionId,
    status: ingestionStatus(connection),
    lastSync: lastSyncOf(facts),
    nextSync: nextSyncs[0] ?? null,
    schedule,
    upstreamStatus: upstreamStatus(connection),
    syncState: syncStateOf(newestJobs),
    lastRun: lastRun && lastRunOf(lastRun, facts),
    currentRun: current && toRun(current),
    consecutiveFailures: failuresInARow(newestJobs).length,
    freshness,
    withinFreshness: withinFreshnessOf(inputs, observed, freshness),
    nextSyncReason: upcoming.reason,
    nextSyncs,
    health,
    healthReasons: reasons.map(({ code, message, since }) => ({
      code,
      message,
      since: since?.toISOString() ?? null,
    })),
    pause: observed.pause && toPauseDto(observed.pause),
    runs: null,
    observedAt: observed.observedAt.toISOString(),
  };
}
