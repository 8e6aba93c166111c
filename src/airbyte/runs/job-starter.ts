import { randomUUID } from 'node:crypto';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { RequestContext } from '../../http/request-context';
import { SETTINGS, type Settings } from '../../config/settings-types';
import { AirbyteClient } from '../client/airbyte.client';
import { AirbyteError } from '../client/model/airbyte-errors';
import type { AirbyteJob } from '../client/model/airbyte-types';
import { isWithin } from '../client/resilience/upstream-clock';
import { CREATION_CLAIMS, type CreationClaims } from '../client/creation/creation-claims';
import { JobSearch, type Search } from './job-search';
import { type Ending, PendingAnswer } from '../client/model/pending-answer';
import { pausesOf, type StartTiming, startTimingOf } from './start-timing';

/** Looks after an answer was lost: at once, and after the first pauses. */
const LOOKS_AFTER_LOSS = 4;
/** How long a job is looked for once the gateway stops: the server closes its connections some seconds later. */
const STOP_PATIENCE_MS = 8_000;
const PAUSE_WHILE_STOPPING_MS = 1_000;

/** One start, from its place in the queue to its job. */
interface Start extends Search {
  readonly answer: PendingAnswer<AirbyteJob>;
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
    let looks = 0;
    for (const pauseMs of pausesOf(this.timing)) {
      const ending = await start.answer.within(pauseMs, this.stopping.signal);
      if (ending) return this.conclude(start, ending, looks > 0);
      if (this.stopping.signal.aborted) return this.lookWhileStopping(start);
      const found = await this.lookUnlessAnswered(start);
      if (found) return found;
      looks++;
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
    const answer = new PendingAnswer(answered, this.client.caller.clock);
    await answer.orBefore(sent);
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

  private async conclude(start: Start, ending: Ending<AirbyteJob>, isLate: boolean): Promise<AirbyteJob> {
    if (ending.ok) return this.claim(start, ending.value);
    const { error } = ending;
    if (!(error instanceof AirbyteError) || start.newestBefore === null) throw error;
    // From 2.2 on a 409 after a minute may mean that Airbyte stopped waiting for the job, which may exist by now.
    const looks = error.outcomeUnknown ? LOOKS_AFTER_LOSS : error.kind === 'conflict' && isLate ? 1 : 0;
    const found = await this.lookSeveralTimes(start, looks);
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
  private async lookSeveralTimes(start: Start, looks: number): Promise<AirbyteJob | undefined> {
    const pauses = pausesOf(this.timing);
    for (let look = 1; look <= looks; look++) {
      const found = await this.look(start);
      if (found) return found;
      if (look < looks) await this.client.caller.clock.wait(pauses.next().value, this.stopping.signal);
    }
    return undefined;
  }

  /** Stopping cuts the connection to Airbyte in the end; the start itself goes on there. */
  private async lookWhileStopping(start: Start): Promise<AirbyteJob> {
    const { clock } = this.client.caller;
    const deadlineAt = clock.monotonicMs() + STOP_PATIENCE_MS;
    const last = { ...start, context: { ...start.context, deadlineAt } };
    while (clock.monotonicMs() < deadlineAt) {
      const found = await this.lookUnlessAnswered(last);
      if (found) return found;
      const ending = await start.answer.within(PAUSE_WHILE_STOPPING_MS);
      if (ending) return this.conclude(last, ending, true);
    }
    const details = { operation: 'createJob', sent: true, outcomeUnknown: true };
    throw new AirbyteError('timeout', 'the gateway stopped before Airbyte had answered a start', details);
  }

  /** A look may take long where Airbyte is busy: its answer to the start ends the look. */
  private async lookUnlessAnswered(start: Start): Promise<AirbyteJob | undefined> {
    const looking = this.look(start);
    const ending = await start.answer.orBefore(looking);
    return ending ? undefined : looking;
  }

  private async look(start: Start): Promise<AirbyteJob | undefined> {
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
