import {
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
} from '@nestjs/common';
import { capabilityProblem } from '../airbyte/core/capability-problem';
import type { EventLog } from './log/event-log';
import type { EventStore } from './log/event-store';
import type { ReaderActivity } from './log/reader-activity';
import type { EventRecorder } from './recorder/recorder';

/** The parts of a log that is kept. */
export interface KeptEvents {
  readonly store: EventStore;
  readonly log: EventLog;
  readonly activity: ReaderActivity;
  readonly recorder: EventRecorder;
}

/** The event log with its recorder, if this installation has a place for it. */
export class EventsRuntime implements OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown {
  constructor(
    private readonly kept: KeptEvents | null,
    private readonly offReason: string | null,
  ) {}

  onApplicationBootstrap(): void {
    this.kept?.recorder.start();
  }

  /**
   * The log, for a reader that is there now.
   * @throws ProblemException `capability-off`
   */
  async open(): Promise<EventLog> {
    if (this.kept === null)
      throw capabilityProblem({ capability: 'events', state: 'off', reason: this.offReason });
    const { log, activity, recorder } = this.kept;
    await log.withProblems(() => activity.note());
    recorder.wake();
    return log;
  }

  async onModuleDestroy(): Promise<void> {
    await this.kept?.recorder.stop();
    await this.kept?.store.resign();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.kept?.store.close();
  }
}
