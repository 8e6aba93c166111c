import type { AirbyteJob } from '../../airbyte/client/model/airbyte-types';
import type { FeedListener } from '../../airbyte/mirror/follower';
import { runEventId } from './run-events';

/** More are read again from Airbyte. */
const MAX_JOBS = 10_000;
const MAX_RECORDED = 50_000;

/** Changes of jobs that have no event yet. */
export interface JobChanges {
  readonly jobs: readonly AirbyteJob[];
  /** The feed has shown every change before this time; null if it has shown none since the last call. */
  readonly readAt: Date | null;
}

/** Collects what the feed reports until it is recorded. */
export class JobInbox implements FeedListener {
  private jobs: AirbyteJob[] = [];
  private readAt: Date | null = null;
  /** Ids of events that are in the log or must not get there. The feed reports jobs for a minute again and again. */
  private readonly recorded = new Set<string>();
  private gap = true;

  /** Whether changes may be missing, so that they have to be read from Airbyte. */
  get hasGap(): boolean {
    return this.gap;
  }

  /** Whether the feed has reported since the last call of {@link take}. */
  get hasReport(): boolean {
    return this.readAt !== null;
  }

  onChanges(jobs: readonly AirbyteJob[], readAt: Date): void {
    if (this.gap) return;
    for (const job of jobs) if (!this.isRecorded(job)) this.jobs.push(job);
    this.readAt = readAt;
    if (this.jobs.length > MAX_JOBS) this.onGap();
  }

  onGap(): void {
    this.gap = true;
    this.jobs = [];
    this.readAt = null;
  }

  /** Call before the missing changes are read: later reports are complete again. */
  closeGap(): void {
    this.gap = false;
    this.jobs = [];
    this.readAt = null;
  }

  take(): JobChanges {
    const { jobs, readAt } = this;
    this.jobs = [];
    this.readAt = null;
    return { jobs, readAt };
  }

  isRecorded(job: AirbyteJob): boolean {
    const id = runEventId(job);
    return id === null || this.recorded.has(id);
  }

  noteRecorded(ids: readonly string[]): void {
    for (const id of ids) this.recorded.add(id);
    for (const id of this.recorded) {
      if (this.recorded.size <= MAX_RECORDED) return;
      this.recorded.delete(id);
    }
  }

  /** Call when it is not known what the log contains. */
  forgetRecorded(): void {
    this.recorded.clear();
  }
}
