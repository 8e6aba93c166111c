import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../http/request-context';
import type { ProblemException } from '../../api/problem/problem.exception';
import { TokenSigner } from '../../lib/token-signer';
import { AirbyteClient } from '../client/airbyte.client';
import { Changes } from '../core/changes';
import { AirbyteError } from '../client/model/airbyte-errors';
import type { AirbyteConnection, AirbyteJob } from '../client/model/airbyte-types';
import { withIngestionProblems } from '../core/upstream-problem';
import { assertRetryAllowed, findEarlierResult } from '../core/idempotent-retry';
import { DEFAULT_PAGE_SIZE } from '../../api/pagination/page-query.dto';
import { hasEnded, NEWEST_JOBS } from '../core/job-status';
import type { RunListDto, RunListQueryDto } from './dto/run-list.dto';
import type { RunDto, StartRunDto } from '../core/dto/run.dto';
import { readJobPage } from './run-history';
import { toRun } from '../core/run-mapper';
import { RunDetailsReader } from './run-details';
import type { RunDetailsDto } from './dto/run-details.dto';
import { ingestionInactive, runEnded, runInProgress } from './run-problems';
import { JobStarter } from './job-starter';
import type { JobQuery } from './job-search';
import type { RunCheckDto } from './dto/run-check.dto';
import { toRunCheck } from './run-check';
import { assertMayStart, assertOptionsFit, planOf, startKindOf } from './run-plan';
import { capabilityProblem } from '../core/capability-problem';
import { CapabilityOffError } from '../internal/internal-caller';
import { InternalClient } from '../internal/internal-client';
import { RunCanceller } from './run-canceller';
import { RunReader } from './run-reader';
import { RunWaiter } from './run-waiter';

/** A run, and whether this call created it. */
export interface StartedRun {
  readonly run: RunDto;
  readonly isNew: boolean;
}

/** A run after its cancellation, and whether it has ended. */
export interface CancelledRun {
  readonly run: RunDto;
  readonly hasEnded: boolean;
}

/** Starts, lists, awaits and cancels runs. A run is a job in Airbyte. */
@Injectable()
export class RunService {
  constructor(
    private readonly client: AirbyteClient,
    private readonly reader: RunReader,
    private readonly waiter: RunWaiter,
    private readonly starter: JobStarter,
    private readonly canceller: RunCanceller,
    private readonly changes: Changes,
    private readonly signer: TokenSigner,
    private readonly detailsReader: RunDetailsReader,
    private readonly internal: InternalClient,
  ) {}

  /** The reads before the start share the deadline of a read; the start has its own. */
  async start(connectionId: string, request: StartRunDto, context: RequestContext): Promise<StartedRun> {
    assertMayStart(request, context);
    assertOptionsFit(request);
    const reading = this.client.withDeadline(context);
    const connection = await this.reader.ingestion(connectionId, reading);
    const kind = startKindOf(planOf(request, connection), connectionId, {
      client: this.client,
      internal: this.internal,
    });
    return withIngestionProblems(connectionId, async () => {
      const earlier = await this.findEarlier({ connectionId, jobTypes: kind.jobTypes }, reading);
      if (earlier) return { run: toRun(earlier), isNew: true };
      try {
        return { run: toRun(await this.starter.start(connectionId, kind, context)), isNew: true };
      } catch (error) {
        if (error instanceof CapabilityOffError) throw capabilityOff(error);
        if (!isConflict(error)) throw error;
        return await this.attachOrRefuse(connection, request, error, context);
      } finally {
        this.changes.record(connectionId);
      }
    });
  }

  /** Returns the changes that a start would make. */
  async check(connectionId: string, request: StartRunDto, context: RequestContext): Promise<RunCheckDto> {
    assertOptionsFit(request);
    const reading = this.client.withDeadline(context);
    const connection = await this.reader.ingestion(connectionId, reading);
    const plan = planOf(request, connection);
    const query = { connectionId, limit: NEWEST_JOBS, offset: 0 };
    const jobs = await withIngestionProblems(connectionId, () => this.client.listJobs(query, reading));
    return toRunCheck(plan, connection, jobs);
  }

  async list(connectionId: string, query: RunListQueryDto, request: RequestContext): Promise<RunListDto> {
    const context = this.client.withDeadline(request);
    await this.reader.ingestion(connectionId, context);
    const filter = { connectionId, ...(query.status && { status: query.status }) };
    const page = {
      size: query.pageSize ?? DEFAULT_PAGE_SIZE,
      token: query.pageToken ?? null,
      signer: this.signer,
    };
    const { jobs, nextPageToken } = await withIngestionProblems(connectionId, () =>
      readJobPage(this.client, filter, page, context),
    );
    return { data: await this.detailsReader.withFailures(jobs, context), nextPageToken };
  }

  async get(connectionId: string, runId: string, request: RequestContext): Promise<RunDetailsDto> {
    const context = this.client.withDeadline(request);
    return this.detailsReader.details(await this.reader.job(connectionId, runId, context), context);
  }

  /** Returns the run when it ended, after `waitMs`, or at shutdown. */
  async awaitEnd(
    connectionId: string,
    runId: string,
    patience: { readonly waitMs: number; readonly callerGone: AbortSignal },
    context: RequestContext,
  ): Promise<RunDetailsDto> {
    const { waitMs, callerGone } = patience;
    const read = (): Promise<AirbyteJob> => this.reader.followedJob(connectionId, runId, context);
    return this.detailsReader.details(await this.waiter.wait(read, waitMs, callerGone), context);
  }

  /** Returns the run when it ended, or after ten seconds. */
  async cancel(connectionId: string, runId: string, context: RequestContext): Promise<CancelledRun> {
    const job = await this.reader.job(connectionId, runId, context);
    if (context.earlierAttempt && job.status === 'cancelled') return { run: toRun(job), hasEnded: true };
    if (hasEnded(job)) throw runEnded(job);
    if (context.earlierAttempt) assertRetryAllowed(context.earlierAttempt);
    return withIngestionProblems(connectionId, async () => {
      try {
        const latest = await this.canceller.cancel(job, context);
        if (hasEnded(latest) && latest.status !== 'cancelled') throw runEnded(latest);
        return { run: toRun(latest), hasEnded: hasEnded(latest) };
      } catch (error) {
        if (!isConflict(error)) throw error;
        const latest = await this.reader.job(connectionId, runId, context);
        throw hasEnded(latest) ? runEnded(latest) : error;
      } finally {
        this.changes.record(connectionId);
      }
    });
  }

  /** A run that began after an earlier attempt of this request fulfils it. */
  private async findEarlier(
    wanted: Pick<JobQuery, 'connectionId' | 'jobTypes'>,
    context: RequestContext,
  ): Promise<AirbyteJob | undefined> {
    const { earlierAttempt } = context;
    if (!earlierAttempt) return undefined;
    return findEarlierResult(earlierAttempt, () =>
      this.starter.findEarlier(wanted, earlierAttempt.startedAt, context),
    );
  }

  /** Airbyte's 409 names neither the conflicting run nor an inactive connection, so both are checked. */
  private async attachOrRefuse(
    connection: AirbyteConnection,
    request: StartRunDto,
    conflict: AirbyteError,
    context: RequestContext,
  ): Promise<StartedRun> {
    if (connection.status !== 'active') throw ingestionInactive();
    const { connectionId } = connection;
    const jobs = await this.client.listJobs({ connectionId, limit: NEWEST_JOBS, offset: 0 }, context);
    const running = jobs.find((job) => !hasEnded(job));
    if (!running) throw conflict;
    if (request.onConflict !== 'attach') throw runInProgress(running.jobId);
    return { run: toRun(running), isNew: false };
  }
}

function capabilityOff({ capability, reason }: CapabilityOffError): ProblemException {
  return capabilityProblem({ capability, state: 'off', reason });
}

function isConflict(error: unknown): error is AirbyteError {
  return error instanceof AirbyteError && error.kind === 'conflict';
}
