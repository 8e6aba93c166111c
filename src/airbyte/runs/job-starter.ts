import { randomUUID } from 'node:crypto';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { RequestContext } from '../../http/request-context';
import { SETTINGS, type Settings } from '../../config/settings-types';
import { AirbyteClient } from '../client/airbyte.client';
import { AirbyteError } from '../client/model/airbyte-errors';
import type { AirbyteJob, CallContext, StartOptions } from '../client/model/airbyte-types';
import { isWithin } from '../client/resilience/upstream-clock';
import { ClaimsUnavailable, CREATION_CLAIMS, type CreationClaims } from '../client/creation/creation-claims';
import { JobSearch, type JobQuery } from './job-search';
import { type CallResult, PendingCall } from '../client/model/pending-call';
import { pausesOf, type StartTiming, startTimingOf } from './start-timing';

/** Polls after a lost response: the first at once, the others after the first pauses. */
const POLLS_AFTER_LOSS = 4;
/** Time for polling at shutdown. The server closes its connections some seconds later. */
const STOP_TIMEOUT_MS = 8_000;
const PAUSE_WHILE_STOPPING_MS = 1_000;

/** The job to start. */
export interface StartKind {
  /** Types of the jobs that it creates. */
  readonly jobTypes: readonly string[];
  readonly send: (context: CallContext, options: StartOptions) => Promise<AirbyteJob>;
}

/** One start that was sent or has ended. */
interface Start extends JobQuery {
  readonly answer: PendingCall<AirbyteJob>;
  /** Id of the newest job before the start; null if the start ended before it was sent. */
  readonly newestBefore: bigint | null;
}

/**
 * Starts runs. Airbyte responds only when the workflow runs, which takes minutes under load, but the job
 * exists earlier. The caller gets whichever is known first: the response or the job.
 */
@Injectable()
export class JobStarter implements OnModuleDestroy {
  private readonly search: JobSearch;
  private readonly timing: StartTiming;
  private readonly stopping = new AbortController();

  constructor(
    private readonly client: AirbyteClient,
    @Inject(CREATION_CLAIMS) claims: CreationClaims,
    @Inject(SETTINGS) { airbyte }: Pick<Settings, 'airbyte'>,
  ) {
    this.search = new JobSearch(client, claims);
    this.timing = startTimingOf(airbyte.startTimeoutMs);
  }

  /**
   * Continues after the caller disconnects; a retry with the same Idempotency-Key gets the run.
   * @throws AirbyteError `conflict` if another run is in progress; with `outcomeUnknown` if the job may yet
   * start
   */
  async start(connectionId: string, kind: StartKind, context: RequestContext): Promise<AirbyteJob> {
    const start = await this.send(connectionId, kind, context);
    let polls = 0;
    for (const pauseMs of pausesOf(this.timing)) {
      const result = await start.answer.waitFor(pauseMs, this.stopping.signal);
      if (result) return this.conclude(start, result, polls > 0);
      if (this.stopping.signal.aborted) return this.pollWhileStopping(start);
      const found = await this.pollUnlessAnswered(start);
      if (found) return found;
      polls++;
    }
    throw new Error('unreachable: pauses never end');
  }

  /**
   * Finds the run that an earlier attempt of this request started since `startedAt` (local clock).
   * @throws {ClaimsUnavailable} if it cannot be decided which runs belong to other requests
   */
  findEarlier(
    { connectionId, jobTypes }: Pick<JobQuery, 'connectionId' | 'jobTypes'>,
    startedAt: Date,
    context: RequestContext,
  ): Promise<AirbyteJob | undefined> {
    const search = { connectionId, jobTypes, context, claimant: context.claimant ?? randomUUID() };
    const { upstreamClock, clock } = this.client.caller;
    const windows = upstreamClock.windowsOf(startedAt.getTime(), clock.now().getTime());
    return this.search.find(search, (job) => isWithin(job.startTimeMs, windows));
  }

  /** Rejects unsent starts and polls at once for the jobs of sent ones. */
  onModuleDestroy(): void {
    this.client.caller.refuseWaitingStarts();
    this.stopping.abort();
  }

  /** Resolves when the start was sent or has ended. */
  private async send(connectionId: string, kind: StartKind, context: RequestContext): Promise<Start> {
    const claimant = context.claimant ?? randomUUID();
    let newestBefore: bigint | null = null;
    let markSent: () => void = () => undefined;
    const sent = new Promise<void>((resolve) => (markSent = resolve));
    const answered = kind.send(context, {
      // Read after the slot was acquired, so that a run that began during the wait is not mistaken for this
      // one.
      beforeSending: async () => {
        newestBefore = await this.newestBefore(connectionId, context);
        markSent();
      },
    });
    const answer = new PendingCall(answered, this.client.caller.clock);
    await answer.resultBefore(sent);
    return { connectionId, jobTypes: kind.jobTypes, claimant, context, answer, newestBefore };
  }

  private async newestBefore(connectionId: string, context: RequestContext): Promise<bigint> {
    try {
      return await this.search.newestJobId(connectionId, context);
    } catch (error) {
      // The start itself was not sent.
      throw error instanceof AirbyteError ? error.with({ sent: false }) : error;
    }
  }

  private async conclude(start: Start, result: CallResult<AirbyteJob>, isLate: boolean): Promise<AirbyteJob> {
    if (result.ok) return this.claim(start, result.value);
    const { error } = result;
    if (!(error instanceof AirbyteError) || start.newestBefore === null) throw error;
    // Since 2.2, a late 409 may mean that Airbyte stopped waiting for a job that exists by now.
    const polls = error.outcomeUnknown ? POLLS_AFTER_LOSS : error.kind === 'conflict' && isLate ? 1 : 0;
    const found = await this.pollSeveralTimes(start, polls);
    if (found) return found;
    throw error;
  }

  private async claim({ claimant }: Start, job: AirbyteJob): Promise<AirbyteJob> {
    if (await this.search.claimAnswered(job, claimant)) return job;
    const details = {
      operation: 'createJob',
      sent: true,
      upstreamMessage: `Run ${job.jobId} is in progress.`,
    };
    throw new AirbyteError('conflict', 'Airbyte answered with the job of another start', details);
  }

  /** Polls at once, then after each pause. */
  private async pollSeveralTimes(start: Start, polls: number): Promise<AirbyteJob | undefined> {
    const pauses = pausesOf(this.timing);
    for (let poll = 1; poll <= polls; poll++) {
      const found = await this.poll(start);
      if (found) return found;
      if (poll < polls) await this.client.caller.clock.wait(pauses.next().value, this.stopping.signal);
    }
    return undefined;
  }

  /** Shutdown ends the connection to Airbyte, but the start continues there. */
  private async pollWhileStopping(start: Start): Promise<AirbyteJob> {
    const { clock } = this.client.caller;
    const deadlineAt = clock.monotonicMs() + STOP_TIMEOUT_MS;
    const last = { ...start, context: { ...start.context, deadlineAt } };
    while (clock.monotonicMs() < deadlineAt) {
      const found = await this.pollUnlessAnswered(last);
      if (found) return found;
      const result = await start.answer.waitFor(PAUSE_WHILE_STOPPING_MS);
      if (result) return this.conclude(last, result, true);
    }
    const details = { operation: 'createJob', sent: true, outcomeUnknown: true };
    throw new AirbyteError('timeout', 'the gateway stopped before Airbyte had answered a start', details);
  }

  /** Ends the poll early if Airbyte responds to the start. */
  private async pollUnlessAnswered(start: Start): Promise<AirbyteJob | undefined> {
    const polling = this.poll(start);
    const result = await start.answer.resultBefore(polling);
    return result ? undefined : polling;
  }

  private async poll(start: Start): Promise<AirbyteJob | undefined> {
    const { newestBefore } = start;
    if (newestBefore === null) return undefined;
    try {
      return await this.search.find(start, (job) => BigInt(job.jobId) > newestBefore);
    } catch (error) {
      // A failed poll is ignored; the next poll or the response decides.
      if (error instanceof AirbyteError || error instanceof ClaimsUnavailable) return undefined;
      throw error;
    }
  }
}
