import type { AirbyteJob } from '../../airbyte/client/model/airbyte-types';
import type { RunFailureDto } from '../../airbyte/core/dto/run-failure.dto';
import { hasEnded } from '../../airbyte/core/job-status';
import type { Mirror } from '../../airbyte/mirror/mirror';
import type { Clock } from '../../lib/clock';
import type { EventDraft, LogProgress } from '../log/event-store';
import { IngestionObserver } from './ingestion-observer';
import { adopted } from './known-ingestion';
import type { JobInbox } from './job-inbox';
import type { LogWriter } from './log-writer';
import { runEvent, runEventId } from './run-events';

/** Airbyte reports ends in whole seconds. */
const PRECISION_MS = 1000;
/** Attempts to find the ingestion of a job that is not in the list of connections. */
const MAX_ATTEMPTS = 10;
const MAX_DEFERRED = 1000;

interface RunObservation {
  readonly progress: LogProgress;
  readonly observedAt: Date;
  readonly failure: RunFailureDto | null;
}

export interface ObserverParts {
  readonly mirror: Mirror;
  readonly ingestions: IngestionObserver;
  readonly inbox: JobInbox;
  readonly clock: Clock;
  /** Of more changes at once, the oldest have no place in the log. */
  readonly maxJobs: number;
}

/** Derives events from what was read of Airbyte since the last time. */
export class Observer {
  /** Jobs whose ingestion could not be read, with the number of attempts. */
  private deferred = new Map<AirbyteJob, number>();

  constructor(private readonly parts: ObserverParts) {}

  /**
   * Records what has changed since the last call.
   * @returns the time before which every change is recorded; null if nothing was read since the last call
   */
  async observe(writer: LogWriter): Promise<Date | null> {
    const { ingestions, inbox, clock, mirror } = this.parts;
    const progress = writer.progress ?? this.begin(writer);
    const observedAt = clock.now();
    const { jobs, readAt } = inbox.hasGap ? await this.readMissing(writer, progress) : inbox.take();
    const waiting = [...this.deferred.keys()];
    const all = [...waiting, ...jobs].filter((job) => !inbox.isRecorded(job));
    const recorded = await this.recordRuns(all, writer, { progress, observedAt });
    await ingestions.observe(writer, {
      observedAt,
      begunAtMs: progress.begunAtMs,
      changed: connectionsOf(all),
    });
    const cursorMs = this.cursorAfter(jobs, progress.cursorMs, mirror.airbyteNow().getTime());
    await writer.flush({ ...progress, cursorMs });
    inbox.noteRecorded(recorded);
    return readAt;
  }

  /** From now on, changes are recorded. What exists already is known and has no events. */
  private begin(writer: LogWriter): LogProgress {
    const { mirror } = this.parts;
    this.deferred.clear();
    for (const id of mirror.watch.ids()) {
      const connection = mirror.watch.connection(id);
      if (connection) writer.add(id, [], adopted(connection));
    }
    const begunAtMs = mirror.airbyteNow().getTime();
    return { begunAtMs, cursorMs: begunAtMs };
  }

  private async readMissing(
    writer: LogWriter,
    { begunAtMs, cursorMs }: LogProgress,
  ): Promise<{ jobs: readonly AirbyteJob[]; readAt: Date }> {
    const { inbox, mirror, maxJobs, clock } = this.parts;
    // Reports from now on continue this read.
    inbox.closeGap();
    const readAt = clock.now();
    const jobs = await mirror.watch.changesSince(cursorMs, maxJobs);
    if (!writer.hasBegun) {
      const underWay = jobs.filter((job) => !hasEnded(job) && job.startTimeMs < begunAtMs);
      inbox.noteRecorded(underWay.map(runEventId).filter((id) => id !== null));
    }
    return { jobs, readAt };
  }

  /** @returns the ids of the events that the log has after the next flush */
  private async recordRuns(
    jobs: readonly AirbyteJob[],
    writer: LogWriter,
    { progress, observedAt }: { readonly progress: LogProgress; readonly observedAt: Date },
  ): Promise<string[]> {
    const recorded = new Set<string>();
    const failures = await this.failuresOf(jobs.filter((job) => !endedBefore(job, progress.begunAtMs)));
    const attempts = this.deferred;
    this.deferred = new Map();
    for (const job of jobs) {
      const id = runEventId(job);
      if (id === null || recorded.has(id)) continue;
      const draft = endedBefore(job, progress.begunAtMs)
        ? null
        : await this.draftOf(job, writer, { progress, observedAt, failure: failures.get(job) ?? null });
      if (draft === 'unreadable') {
        this.defer(job, (attempts.get(job) ?? 0) + 1);
        continue;
      }
      recorded.add(id);
      if (draft) writer.add(job.connectionId, [draft]);
    }
    return [...recorded];
  }

  /** @returns null if nobody can see the ingestion any more */
  private async draftOf(
    job: AirbyteJob,
    writer: LogWriter,
    facts: RunObservation,
  ): Promise<EventDraft | 'unreadable' | null> {
    const { connectionId } = job;
    const { progress, observedAt, failure } = facts;
    if (writer.knownOf(connectionId) === null) {
      const options = { observedAt, begunAtMs: progress.begunAtMs };
      if (!(await this.parts.ingestions.find(connectionId, writer, options))) return 'unreadable';
    }
    const known = writer.knownOf(connectionId);
    return known && runEvent(job, failure, { connectionId, workspaceId: known.workspaceId, observedAt });
  }

  private async failuresOf(jobs: readonly AirbyteJob[]): Promise<Map<AirbyteJob, RunFailureDto | null>> {
    const failed = jobs.filter(({ status }) => status === 'failed');
    const reasons = await this.parts.mirror.watch.failuresOf(failed);
    return new Map(failed.map((job, index) => [job, reasons[index] ?? null]));
  }

  private defer(job: AirbyteJob, attempts: number): void {
    if (attempts < MAX_ATTEMPTS && this.deferred.size < MAX_DEFERRED) this.deferred.set(job, attempts);
  }

  /** After a restart, jobs are read again from this time. A time in the future is wrong. */
  private cursorAfter(jobs: readonly AirbyteJob[], cursorMs: number, nowMs: number): number {
    let newestMs = cursorMs;
    for (const job of jobs) newestMs = Math.max(newestMs, Math.min(changedAtMs(job), nowMs));
    const waitingMs = [...this.deferred.keys()].map(changedAtMs);
    return Math.min(newestMs, ...waitingMs);
  }
}

/** Time of the newest change that Airbyte reports. */
function changedAtMs(job: AirbyteJob): number {
  return hasEnded(job) ? (job.lastUpdatedAtMs ?? job.startTimeMs) : job.startTimeMs;
}

function endedBefore(job: AirbyteJob, timeMs: number): boolean {
  return hasEnded(job) && changedAtMs(job) + PRECISION_MS <= timeMs;
}

function connectionsOf(jobs: readonly AirbyteJob[]): readonly string[] {
  return [...new Set(jobs.map(({ connectionId }) => connectionId))];
}
