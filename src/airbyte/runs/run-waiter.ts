import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { ProblemException } from '../../api/problem/problem.exception';
import { AirbyteClient } from '../client/airbyte.client';
import type { AirbyteJob } from '../client/model/airbyte-types';
import { hasEnded } from '../core/job-status';
import { Mirror } from '../mirror/mirror';

/** Waits for runs to end. The mirror wakes all who wait, so waiting causes no calls of its own. */
@Injectable()
export class RunWaiter implements OnModuleDestroy {
  private readonly stopping = new AbortController();

  constructor(
    private readonly client: AirbyteClient,
    private readonly mirror: Mirror,
  ) {}

  /**
   * @param read reads the run; the state may be as old as the feed
   * @returns the run when it ended, after `waitMs`, when the caller disconnects or when the gateway stops
   * @throws the error of the newest read if the time ran out while Airbyte could not be read
   */
  async wait(read: () => Promise<AirbyteJob>, waitMs: number, callerGone: AbortSignal): Promise<AirbyteJob> {
    const { clock } = this.client.caller;
    const endsAtMs = clock.monotonicMs() + waitMs;
    const signal = AbortSignal.any([callerGone, this.stopping.signal]);
    let job = await read();
    let failure: ProblemException | null = null;
    while (!hasEnded(job) && !signal.aborted && clock.monotonicMs() < endsAtMs) {
      await this.mirror.nextUpdate(endsAtMs - clock.monotonicMs(), signal);
      try {
        job = await read();
        failure = null;
      } catch (error) {
        // Airbyte may recover before the time runs out.
        if (!(error instanceof ProblemException)) throw error;
        failure = error;
      }
    }
    if (failure !== null && !signal.aborted) throw failure;
    return job;
  }

  /** Runs first at shutdown: answers all waiting callers, so that the server can close. */
  onModuleDestroy(): void {
    this.stopping.abort();
  }
}
