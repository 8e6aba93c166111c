import type { AirbyteJob } from '../../airbyte/client/model/airbyte-types';
import { bringsData } from '../../airbyte/core/job-status';
import type { RememberedIngestion } from '../../airbyte/mirror/memory-view';

export const OUTCOMES = ['succeeded', 'failed', 'cancelled'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Upper bounds of the histogram of durations, in seconds. */
export const DURATION_BOUNDS_S = [10, 30, 60, 300, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400] as const;

/** Runs of one ingestion that have ended since the start of the gateway. */
export interface IngestionCounts {
  readonly runs: Readonly<Record<Outcome, number>>;
  readonly rows: number;
  readonly bytes: number;
}

/** Durations of runs, from their creation to their end. `buckets` are not cumulative; the last one has no upper bound. */
export interface Durations {
  readonly buckets: readonly number[];
  readonly sumS: number;
}

interface Counted {
  runs: Record<Outcome, number>;
  rows: number;
  bytes: number;
  /** Creation of the newest counted job, epoch ms. Airbyte runs the jobs of a connection one after another. */
  newestMs: number;
}

const NONE: IngestionCounts = { runs: { succeeded: 0, failed: 0, cancelled: 0 }, rows: 0, bytes: 0 };

/**
 * Counts ended runs from what the mirror remembers, so that nothing has to be read. A run is counted once, at the first look
 * after its end. Of one ingestion, at most the newest 40 jobs are found between two looks.
 */
export class RunCounts {
  private readonly counted = new Map<string, Counted>();
  private readonly durations = new Map<string, Record<Outcome, { buckets: number[]; sumS: number }>>();

  /**
   * Looks at all ingestions.
   * @param sinceMs earlier ends are not counted; epoch ms by Airbyte's clock
   */
  *look(ingestions: Iterable<RememberedIngestion>, sinceMs: number): Generator<void> {
    const [connections, workspaces] = [new Set<string>(), new Set<string>()];
    for (const { connection, runs } of ingestions) {
      connections.add(connection.connectionId);
      workspaces.add(connection.workspaceId);
      if (runs) this.count(connection, runs.newestJobs, sinceMs);
      yield;
    }
    for (const id of this.counted.keys()) if (!connections.has(id)) this.counted.delete(id);
    for (const id of this.durations.keys()) if (!workspaces.has(id)) this.durations.delete(id);
  }

  of(connectionId: string): IngestionCounts {
    return this.counted.get(connectionId) ?? NONE;
  }

  /** Durations by outcome for each workspace. */
  *byWorkspace(): Generator<readonly [workspaceId: string, outcome: Outcome, durations: Durations]> {
    for (const [workspaceId, byOutcome] of this.durations)
      for (const outcome of OUTCOMES) yield [workspaceId, outcome, byOutcome[outcome]];
  }

  private count(
    { connectionId, workspaceId }: RememberedIngestion['connection'],
    jobs: readonly AirbyteJob[],
    sinceMs: number,
  ): void {
    const afterMs = this.counted.get(connectionId)?.newestMs ?? -Infinity;
    // Airbyte reports ends in whole seconds.
    const fromMs = Math.floor(sinceMs / 1000) * 1000;
    for (const job of jobs) {
      const { startTimeMs, lastUpdatedAtMs } = job;
      const endedBefore = lastUpdatedAtMs !== null && lastUpdatedAtMs < fromMs;
      if (startTimeMs <= afterMs || endedBefore) return;
      const outcome = OUTCOMES.find((known) => known === job.status);
      if (!outcome || !bringsData(job) || lastUpdatedAtMs === null) continue;
      this.add(connectionId, job, outcome);
      this.addDuration(workspaceId, outcome, Math.max(0, lastUpdatedAtMs - startTimeMs) / 1000);
    }
  }

  private add(
    connectionId: string,
    { startTimeMs, rowsSynced, bytesSynced }: AirbyteJob,
    outcome: Outcome,
  ): void {
    const known = this.counted.get(connectionId);
    const counts = known ?? { runs: { ...NONE.runs }, rows: 0, bytes: 0, newestMs: startTimeMs };
    counts.runs[outcome] += 1;
    counts.rows += rowsSynced ?? 0;
    counts.bytes += bytesSynced ?? 0;
    counts.newestMs = Math.max(counts.newestMs, startTimeMs);
    if (!known) this.counted.set(connectionId, counts);
  }

  private addDuration(workspaceId: string, outcome: Outcome, durationS: number): void {
    let known = this.durations.get(workspaceId);
    if (!known) {
      known = { succeeded: noDurations(), failed: noDurations(), cancelled: noDurations() };
      this.durations.set(workspaceId, known);
    }
    const durations = known[outcome];
    const bound = DURATION_BOUNDS_S.findIndex((upperS) => durationS <= upperS);
    const index = bound < 0 ? DURATION_BOUNDS_S.length : bound;
    durations.buckets[index] = (durations.buckets[index] ?? 0) + 1;
    durations.sumS += durationS;
  }
}

function noDurations(): { buckets: number[]; sumS: number } {
  return { buckets: Array.from({ length: DURATION_BOUNDS_S.length + 1 }, () => 0), sumS: 0 };
}
