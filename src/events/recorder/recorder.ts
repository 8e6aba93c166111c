import { Logger } from '@nestjs/common';
import type { Clock } from '../../lib/clock';
import { stackOf } from '../../lib/stack-of';
import { AirbyteError } from '../../airbyte/client/model/airbyte-errors';
import type { Changes } from '../../airbyte/core/changes';
import type { Mirror } from '../../airbyte/mirror/mirror';
import { EventStoreUnavailable, LogStateOutdated, type EventStore } from '../log/event-store';
import type { ReaderActivity } from '../log/reader-activity';
import { JobInbox } from './job-inbox';
import { LogWriter } from './log-writer';
import type { Observer } from './observer';

/** Pause between two looks at the lease and at the readers. Well below the time that a lease lasts. */
const LEASE_PAUSE_MS = 1000;

export interface RecorderParts {
  readonly mirror: Mirror;
  readonly store: EventStore;
  readonly activity: ReaderActivity;
  readonly observer: Observer;
  readonly changes: Changes;
  readonly inbox: JobInbox;
  readonly clock: Clock;
}

/**
 * Turns changes of the mirror into events of the log. Of all replicas, one does this: the holder of a lease. After any
 * failure, it loads the state of the log and reads the changes of jobs since then again, so that none is lost.
 */
export class EventRecorder {
  private readonly stopping = new AbortController();
  private readonly log = new Logger('Events');
  private running: Promise<unknown> = Promise.resolve();
  private isLeader = false;
  private hasReaders = false;
  private writer: LogWriter | null = null;
  private completeUntilMs: number | null = null;
  private fault: string | null = null;

  constructor(private readonly parts: RecorderParts) {}

  start(): void {
    this.parts.mirror.watch.listen(this.parts.inbox);
    this.running = Promise.all([this.holdLease(), this.record()]);
  }

  /** Ends the loops. What is not yet recorded is read again after the next start. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** Call when a reader has come: recording may have paused without readers. */
  wake(): void {
    this.hasReaders = true;
  }

  private async holdLease(): Promise<void> {
    const { store, activity, clock } = this.parts;
    while (!this.stopping.signal.aborted) {
      try {
        this.isLeader = await store.lead(this.completeUntilMs);
        this.hasReaders = await activity.hasReaders();
        this.note(null);
      } catch (error) {
        this.isLeader = false;
        this.noteFailure(error);
      }
      await clock.wait(LEASE_PAUSE_MS, this.stopping.signal);
    }
  }

  private async record(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const isWanted = this.isLeader && (this.hasReaders || this.writer?.hasBegun !== true);
      try {
        if (isWanted) await this.recordOnce();
      } catch (error) {
        this.writer = null;
        this.parts.inbox.onGap();
        this.noteFailure(error);
      }
      await this.pause(isWanted);
    }
  }

  private async pause(isWanted: boolean): Promise<void> {
    const { mirror, inbox, clock } = this.parts;
    const { signal } = this.stopping;
    if (!isWanted) await clock.wait(LEASE_PAUSE_MS, signal);
    // A tick during the last step is recorded at once.
    else if (!inbox.hasReport) await mirror.nextUpdate(LEASE_PAUSE_MS, signal);
    else await clock.wait(0, signal);
  }

  private async recordOnce(): Promise<void> {
    const { store, inbox, observer, mirror, changes } = this.parts;
    if (this.writer === null) {
      inbox.onGap();
      inbox.forgetRecorded();
      const state = await store.load();
      this.writer = new LogWriter(store, state, changes.beginRead());
    }
    const { writer } = this;
    if (!mirror.watch.isFollowing || !mirror.watch.hasList) return;
    const readAt = await observer.observe(writer);
    this.completeUntilMs = readAt?.getTime() ?? this.completeUntilMs;
  }

  private noteFailure(error: unknown): void {
    // Another replica writes now, or this one reads what it has lost.
    if (error instanceof LogStateOutdated) return;
    if (error instanceof EventStoreUnavailable) {
      this.note(`The event log cannot be used (${error.message}): events come later.`);
      return;
    }
    // The mirror reports an outage of Airbyte.
    if (error instanceof AirbyteError) return;
    this.log.error(stackOf(error));
  }

  /** Logs only the start and the end of an outage. */
  private note(fault: string | null): void {
    if (this.fault === fault) return;
    this.fault = fault;
    this.log.warn(fault ?? 'The event log can be used again.');
  }
}
