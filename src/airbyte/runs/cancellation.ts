import type { RequestContext } from '../../http/request-context';
import type { AirbyteClient } from '../client/airbyte.client';
import { AirbyteError } from '../client/model/airbyte-errors';
import type { AirbyteJob } from '../client/model/airbyte-types';
import { PendingCall } from '../client/model/pending-answer';

/** Attempts to send an accepted cancellation, at the longest pause: at least five minutes. */
const MAX_ATTEMPTS = 30;
const PAUSE_WHILE_STOPPING_MS = 250;

/**
 * The cancellation of one job. From the moment at which a caller was answered that it is under way it is sent for certain:
 * again after a failure that kept it from being sent, and without waiting for a place when the gateway stops.
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

  /** Whether the stop of the gateway keeps it from being sent. */
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

  /** The stop ends a pause that began before it. */
  private pause(): Promise<void> {
    const { clock } = this.client.caller;
    return this.stopping.aborted
      ? clock.wait(PAUSE_WHILE_STOPPING_MS)
      : clock.wait(this.pauseMs, this.stopping);
  }
}
