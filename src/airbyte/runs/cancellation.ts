import type { RequestContext } from '../../http/request-context';
import type { AirbyteClient } from '../client/airbyte.client';
import { AirbyteError } from '../client/model/airbyte-errors';
import type { AirbyteJob } from '../client/model/airbyte-types';
import { PendingCall } from '../client/model/pending-call';

/** Maximum attempts to send an accepted cancellation; at the longest pause, at least five minutes. */
const MAX_ATTEMPTS = 30;
const PAUSE_WHILE_STOPPING_MS = 250;

/**
 * Cancels one job. After the caller got 202, the cancellation is sent for certain: it is retried until it was
 * sent, and at shutdown it is sent without a slot.
 */
export class Cancellation {
  readonly answer: PendingCall<AirbyteJob>;
  private isSent = false;
  private accepted = false;

  /** @param stopping aborts when the gateway stops */
  constructor(
    private readonly client: AirbyteClient,
    private readonly jobId: string,
    private readonly context: RequestContext,
    private readonly pauseMs: number,
    private readonly stopping: AbortSignal,
  ) {
    this.answer = new PendingCall(this.send(), client.caller.clock);
  }

  /** Whether shutdown prevents it from being sent. */
  get isRefused(): boolean {
    return this.stopping.aborted && !this.isSent && !this.accepted;
  }

  get isAccepted(): boolean {
    return this.accepted;
  }

  accept(): void {
    this.accepted = true;
  }

  private async send(): Promise<AirbyteJob> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.client.cancelJob(this.jobId, this.context, {
          skipsQueue: this.stopping.aborted,
          beforeSending: () => {
            this.isSent = true;
          },
        });
      } catch (error) {
        const isUnsent = error instanceof AirbyteError && !error.sent;
        const isOver = attempt >= MAX_ATTEMPTS || this.client.caller.stopped;
        if (!isUnsent || !this.accepted || isOver) throw error;
        await this.pause();
      }
    }
  }

  /** Shutdown ends a pause that began before. */
  private pause(): Promise<void> {
    const { clock } = this.client.caller;
    return this.stopping.aborted
      ? clock.wait(PAUSE_WHILE_STOPPING_MS)
      : clock.wait(this.pauseMs, this.stopping);
  }
}
