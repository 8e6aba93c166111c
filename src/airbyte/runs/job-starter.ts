import { randomUUID } from 'node:crypto';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { RequestContext } from '../../http/request-context';
import { SETTINGS, type Settings } from '../../config/settings-types';
import { AirbyteClient } from '../client/airbyte.client';
import { AirbyteError } from '../client/model/airbyte-errors';
import type { AirbyteJob } from '../client/model/airbyte-types';
import { isWithin } from '../client/resilience/upstream-clock';
import { CREATION_CLAIMS, type CreationClaims } from '../client/creation/creation-claims';
import { JobSearch, type JobQuery } from './job-search';
import { type CallResult, PendingCall } from '../client/model/pending-answer';
import { pausesOf, type StartTiming, startTimingOf } from './start-timing';

/** Looks after an answer was lost: at once, and after the first pauses. */
const POLLS_AFTER_LOSS = 4;
/** How long a job is looked for once the gateway stops: the server closes its connections some seconds later. */
const STOP_TIMEOUT_MS = 8_000;
const PAUSE_WHILE_STOPPING_MS = 1_000;

/** One start, from its place in the queue to its job. */
interface Start extends JobQuery {
  readonly answer: PendingCall<AirbyteJob>;
  /** Newest job before the start; null where it ended before it was sent. */
  readonly newestBefore: bigint | null;
}

/**
 * Starts syncs. Airbyte answers a start only once the workflow runs, which takes minutes under load, but the job is on
 * record after a moment: whichever is known first, Airbyte's answer or the job, is what the caller gets.
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
   * Goes on when the caller has gone: its next request with the same Idempotency-Key gets the run.
   * @throws AirbyteError `conflict` when a run is in the way; with `outcomeUnknown` when the job may yet begin
   */
  async start(connectionId: string, context: RequestContext): Promise<AirbyteJob> {
    const start = await this.send(connectionId, context);
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

  /** A sync that an earlier try of this request has started since `startedAt` of our clock. */
  findEarlier(
    connectionId: string,
    startedAt: Date,
    context: RequestContext,
  ): Promise<AirbyteJob | undefined> {
    const search = { connectionId, context, claimant: context.claimant ?? randomUUID() };
    const { upstreamClock, clock } = this.client.caller;
    const windows = upstreamClock.windowsOf(startedAt.getTime(), clock.now().getTime());
    return this.search.find(search, (job) => isWithin(job.startTime, windows));
  }

  /** Starts that were not sent are refused; the jobs of those that were are looked for at once. */
  onModuleDestroy(): void {
    this.client.caller.refuseWaitingStarts();
    this.stopping.abort();
  }

  /** Resolves once the start is sent, or has ended before. */
  private async send(connectionId: string, context: RequestContext): Promise<Start> {
    const claimant = context.claimant ?? randomUUID();
    let newestBefore: bigint | null = null;
    let markSent: () => void = () => undefined;
    const sent = new Promise<void>((resolve) => (markSent = resolve));
    const answered = this.client.createJob(connectionId, context, {
      // Read with the place in hand: a run that began while the start waited for it is not taken for its own.
      beforeSending: async () => {
        newestBefore = await this.newestBefore(connectionId, context);
        markSent();
      },
    });
    const answer = new PendingCall(answered, this.client.caller.clock);
    await answer.resultBefore(sent);
    return { connectionId, claimant, context, answer, newestBefore };
  }

  private async newestBefore(connectionId: string, context: RequestContext): Promise<bigint> {
    try {
      return await this.search.newestJobId(connectionId, context);
    } catch (error) {
      // The start itself was not sent, whatever became of this read.
      throw error instanceof AirbyteError ? error.with({ sent: false }) : error;
    }
  }

  private async conclude(start: Start, result: CallResult<AirbyteJob>, isLate: boolean): Promise<AirbyteJob> {
    if (result.ok) return this.claim(start, result.value);
    const { error } = result;
    if (!(error instanceof AirbyteError) || start.newestBefore === null) throw error;
    // From 2.2 on a 409 after a minute may mean that Airbyte stopped waiting for the job, which may exist by now.
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

  /** The first look is at once. */
  private async pollSeveralTimes(start: Start, polls: number): Promise<AirbyteJob | undefined> {
    const pauses = pausesOf(this.timing);
    for (let poll = 1; poll <= polls; poll++) {
      const found = await this.poll(start);
      if (found) return found;
      if (poll < polls) await this.client.caller.clock.wait(pauses.next().value, this.stopping.signal);
    }
    return undefined;
  }

  /** Stopping cuts the connection to Airbyte in the end; the start itself goes on there. */
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

  /** A look may take long where Airbyte is busy: its answer to the start ends the look. */
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
      // A failed look finds nothing: the next look, or the answer to the start, decides.
      if (error instanceof AirbyteError) return undefined;
      throw error;
    }
  }
}
