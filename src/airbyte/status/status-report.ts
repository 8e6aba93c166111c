import { ingestionStatus, upstreamStatus } from '../core/ingestion-mapper';
import { toRun } from '../core/run-mapper';
import { readSchedule, type Schedule } from '../schedule';
import type { IngestionStatusDto } from './dto/ingestion-status.dto';
import type { StatusFacts, Tolerances } from '../core/status-facts';
import { assessHealth } from './health';
import { bringsData, currentJob, hasEnded, syncStateOf } from '../core/job-status';
import { failuresInARow } from './rules/failing';
import type { IngestionSnapshot } from '../core/status-reader';
import { type NextSyncs, nextSyncsOf } from './next-syncs';

/** Facts, schedule and next syncs of a snapshot; shared by statuses and lists. */
export interface StatusInputs {
  readonly facts: StatusFacts;
  readonly schedule: Schedule;
  readonly upcoming: NextSyncs;
}

export function readSnapshot(snapshot: Omit<IngestionSnapshot, 'observedAt'>, now: Date): StatusInputs {
  const { connection, newestJobs, newestSuccess } = snapshot;
  const { schedule, timing } = readSchedule(connection.schedule);
  const facts = { connection, timing, newestJobs, newestSuccess, now };
  return { facts, schedule, upcoming: nextSyncsOf(facts) };
}

/** End of the newest success; null if there is none. */
export function lastSyncOf({ newestSuccess }: StatusFacts): string | null {
  const endedAtMs = newestSuccess?.lastUpdatedAtMs ?? null;
  return endedAtMs === null ? null : new Date(endedAtMs).toISOString();
}

/** Computes the status of an ingestion from a snapshot. */
export function statusOf(snapshot: IngestionSnapshot, now: Date, tolerances: Tolerances): IngestionStatusDto {
  const { facts, schedule, upcoming } = readSnapshot(snapshot, now);
  const { connection, newestJobs } = facts;
  const { health, reasons } = assessHealth(facts, tolerances);
  const lastRun = newestJobs.find((job) => bringsData(job) && hasEnded(job)) ?? facts.newestSuccess;
  const current = currentJob(newestJobs);
  const nextSyncs = upcoming.nextSyncs.map((moment) => moment.toISOString());
  return {
    connectionId: connection.connectionId,
    status: ingestionStatus(connection),
    lastSync: lastSyncOf(facts),
    nextSync: nextSyncs[0] ?? null,
    schedule,
    upstreamStatus: upstreamStatus(connection),
    syncState: syncStateOf(newestJobs),
    lastRun: lastRun && toRun(lastRun),
    currentRun: current && toRun(current),
    consecutiveFailures: failuresInARow(newestJobs).length,
    nextSyncReason: upcoming.reason,
    nextSyncs,
    health,
    healthReasons: reasons.map(({ code, message, since }) => ({
      code,
      message,
      since: since?.toISOString() ?? null,
    })),
    observedAt: snapshot.observedAt.toISOString(),
  };
}
