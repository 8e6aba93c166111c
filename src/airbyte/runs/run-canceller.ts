import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnModuleDestroy,
} from '@nestjs/common';
import type { RequestContext } from '../../http/request-context';
import { SETTINGS, type Settings } from '../../config/settings-types';
import { inTrace } from '../../lib/trace-scope';
import { AirbyteClient } from '../client/airbyte.client';
import { AirbyteError } from '../client/model/airbyte-errors';
import type { AirbyteJob } from '../client/model/airbyte-types';
import { hasEnded } from '../core/job-status';
import type { CallResult } from '../client/model/pending-call';
import { Cancellation } from './cancellation';
import { pausesOf, type StartTiming, startTimingOf } from './start-timing';

/**
 * Polls after a cancellation without a clear response: the first at once, the others after the first pauses.
 */
const POLLS_AFTER_LOSS = 4;

/**
 * Time at shutdown to wait for responses to cancellations. The server closes its connections some seconds
 * later.
 */
const STOP_TIMEOUT_MS = 8_000;

/**
 * Cancels jobs. Airbyte responds only when nothing of the job runs any more, which may take minutes. Meanwhile
 * the job is polled, and after ten seconds the caller gets its current state.
 */
@Injectable()
export class RunCanceller implements OnModuleDestroy, BeforeApplicationShutdown {
  private readonly timing: StartTiming;
  private readonly stopping = new AbortController();
  private readonly pending = new Map<string, Cancellation>();
  private readonly log = new Logger('Runs');

  constructor(
    private readonly client: AirbyteClient,
    @Inject(SETTINGS) { airbyte }: Pick<Settings, 'airbyte'>,
  ) {
    this.timing = startTimingOf(airbyte.startTimeoutMs);
  }

  /**
   * @param job a job that has not ended
   * @returns the job when it ended or after ten seconds, also if the cancellation still waits for a slot
   * @throws AirbyteError `conflict` if Airbyte rejects the cancellation, whether or not the job ended meanwhile
   */
  async cancel(job: AirbyteJob, context: RequestContext): Promise<AirbyteJob> {
    const cancellation = this.cancellationOf(job, context);
    const { answer } = cancellation;
    let latest = job;
    let waitedMs = 0;
    for (const pauseMs of pausesOf(this.timing)) {
      const leftMs = this.timing.cancelTimeoutMs - waitedMs;
      const result = await answer.waitFor(Math.min(pauseMs, leftMs), this.stopping.signal);
      if (result) return this.conclude(latest, result, waitedMs > 0, context);
      if (cancellation.isRefused) break;
      waitedMs += pauseMs;
      latest = await this.poll(latest, context);
      if (hasEnded(latest)) return latest;
      if (waitedMs >= this.timing.cancelTimeoutMs || this.stopping.signal.aborted) break;
    }
    if (cancellation.isRefused) return this.conclude(latest, await answer.result, waitedMs > 0, context);
    cancellation.accept();
    return latest;
  }

  /** Rejects cancellations that were neither sent nor accepted, and answers the callers of the others. */
  onModuleDestroy(): void {
    this.client.caller.refuseWaitingStarts();
    this.stopping.abort();
  }

  /** Waits until accepted cancellations were sent, and some seconds for their responses. */
  async beforeApplicationShutdown(): Promise<void> {
    const cancellations = [...this.pending.values()];
    await Promise.all(cancellations.map(({ answer }) => answer.waitFor(STOP_TIMEOUT_MS)));
  }

  /** Concurrent cancellations of one job share one request and one slot. */
  private cancellationOf({ jobId }: AirbyteJob, context: RequestContext): Cancellation {
    const known = this.pending.get(jobId);
    if (known) return known;
    const { maxPauseMs } = this.timing;
    const cancellation = new Cancellation(this.client, jobId, context, maxPauseMs, this.stopping.signal);
    this.pending.set(jobId, cancellation);
    void cancellation.answer.result.then((result) => {
      this.pending.delete(jobId);
      if (result.ok || !cancellation.isAccepted) return;
      inTrace(context.traceparent, () => {
        this.log.error(`The cancellation of run ${jobId} failed: ${messageOf(result.error)}`);
      });
    });
    return cancellation;
  }

  private async conclude(
    job: AirbyteJob,
    result: CallResult<AirbyteJob>,
    isLate: boolean,
    context: RequestContext,
  ): Promise<AirbyteJob> {
    if (result.ok) return result.value;
    const { error } = result;
    if (!(error instanceof AirbyteError)) throw error;
    // A late 409 may mean that Airbyte stopped waiting for a job that still ends.
    const isUnclear = error.outcomeUnknown || (error.kind === 'conflict' && isLate);
    const pauses = pausesOf(this.timing);
    for (let poll = 1; isUnclear && poll <= POLLS_AFTER_LOSS; poll++) {
      const latest = await this.poll(job, context);
      if (latest.status === 'cancelled') return latest;
      if (hasEnded(latest) || this.stopping.signal.aborted) break;
      if (poll < POLLS_AFTER_LOSS)
        await this.client.caller.clock.wait(pauses.next().value, this.stopping.signal);
    }
    throw error;
  }

  /** Returns the last known state if the poll fails. */
  private async poll(job: AirbyteJob, context: RequestContext): Promise<AirbyteJob> {
    try {
      return await this.client.getJob(job.jobId, context);
    } catch (error) {
      if (error instanceof AirbyteError) return job;
      throw error;
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
