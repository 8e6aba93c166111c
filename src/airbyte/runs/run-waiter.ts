import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { AirbyteClient } from '../client/airbyte.client';
import type { AirbyteJob } from '../client/model/airbyte-types';
import { hasEnded } from '../core/job-status';
import { RunPoller } from './run-poller';

/** Waits for runs to end. All callers that wait for one run share one poller. */
@Injectable()
export class RunWaiter implements OnModuleDestroy {
  private readonly pollers = new Map<string, RunPoller>();
  private stopped = false;

  constructor(private readonly client: AirbyteClient) {}

  /**
   * @param job the last known state of the run
   * @throws AirbyteError if the time ran out while Airbyte could not be read
   */
  wait(job: AirbyteJob, waitMs: number, callerGone: AbortSignal): Promise<AirbyteJob> {
    if (this.stopped || hasEnded(job) || callerGone.aborted) return Promise.resolve(job);
    const current = this.pollers.get(job.jobId);
    if (current && !current.isStopped) return current.waitForEnd(waitMs, callerGone);
    const poller = new RunPoller(
      job,
      (signal) => this.client.getJob(job.jobId, { signal }),
      this.client.caller.clock,
    );
    const outcome = poller.waitForEnd(waitMs, callerGone);
    this.pollers.set(job.jobId, poller);
    void poller.run().finally(() => {
      if (this.pollers.get(job.jobId) === poller) this.pollers.delete(job.jobId);
    });
    return outcome;
  }

  /** Runs first at shutdown: answers all waiting callers, so that the server can close. */
  onModuleDestroy(): void {
    this.stopped = true;
    for (const poller of this.pollers.values()) poller.stop();
  }
}
