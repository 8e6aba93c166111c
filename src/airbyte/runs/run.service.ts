import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/http/request-context';
import { AirbyteClient } from '../client/airbyte.client';
import { AirbyteError } from '../client/airbyte.errors';
import type { AirbyteConnection, AirbyteJob } from '../client/airbyte.types';
import { onBehalf, onBehalfOf } from '../ingestion/airbyte-problem';
import { requireMayRepeat } from '../ingestion/earlier-attempt';
import { hasEnded } from '../status/job.kinds';
import { StatusReader } from '../status/status.reader';
import { NEWEST_JOBS } from '../status/sync-history';
import type { RunListDto, RunListQueryDto } from './dto/run-list.dto';
import type { RunDto, StartRunDto } from './dto/run.dto';
import { readJobPage } from './run.history';
import { toRun } from './run.mapper';
import { ingestionInactive, runEnded, runInProgress } from './run.problems';
import { RunReader } from './run.reader';
import { RunWatcher } from './run.watcher';

const DEFAULT_PAGE_SIZE = 20;

/** A run, and whether this call made it. */
export interface StartedRun {
  readonly run: RunDto;
  readonly isNew: boolean;
}

/** Runs of ingestions, each of which is one job in Airbyte. */
@Injectable()
export class RunService {
  constructor(
    private readonly client: AirbyteClient,
    private readonly reader: RunReader,
    private readonly watcher: RunWatcher,
    private readonly statuses: StatusReader,
  ) {}

  async start(connectionId: string, request: StartRunDto, given: RequestContext): Promise<StartedRun> {
    const context = this.client.shareBudget(given);
    const connection = await this.reader.ingestion(connectionId, context);
    return onBehalfOf(connectionId, async () => {
      const earlier = await this.findEarlier(connectionId, context);
      if (earlier) return { run: toRun(earlier), isNew: true };
      try {
        return { run: toRun(await this.client.createJob(connectionId, context)), isNew: true };
      } catch (error) {
        if (!isConflict(error)) throw error;
        return await this.attachOrRefuse(connection, request, error, context);
      } finally {
        this.statuses.forget(connectionId);
      }
    });
  }

  async list(connectionId: string, query: RunListQueryDto, given: RequestContext): Promise<RunListDto> {
    const context = this.client.shareBudget(given);
    await this.reader.ingestion(connectionId, context);
    const filter = { connectionId, ...(query.status && { status: query.status }) };
    const page = { size: query.pageSize ?? DEFAULT_PAGE_SIZE, token: query.pageToken ?? null };
    const { jobs, nextPageToken } = await onBehalfOf(connectionId, () =>
      readJobPage(this.client, filter, page, context),
    );
    return { data: jobs.map(toRun), nextPageToken };
  }

  async get(connectionId: string, runId: string, context: RequestContext): Promise<RunDto> {
    return toRun(await this.reader.job(connectionId, runId, context));
  }

  /** The run once it has ended, or as it is when `waitMs` have passed or the gateway stops. */
  async awaitEnd(
    connectionId: string,
    runId: string,
    patience: { readonly waitMs: number; readonly callerGone: AbortSignal },
    context: RequestContext,
  ): Promise<RunDto> {
    const job = await this.reader.sharedJob(connectionId, runId, context);
    const { waitMs, callerGone } = patience;
    return toRun(await onBehalf(() => this.watcher.wait(job, waitMs, callerGone)));
  }

  async cancel(connectionId: string, runId: string, given: RequestContext): Promise<RunDto> {
    const context = this.client.shareBudget(given);
    const job = await this.reader.job(connectionId, runId, context);
    if (context.earlierAttempt && job.status === 'cancelled') return toRun(job);
    if (hasEnded(job)) throw runEnded(job);
    if (context.earlierAttempt) requireMayRepeat(context.earlierAttempt);
    return onBehalfOf(connectionId, async () => {
      try {
        return toRun(await this.client.cancelJob(runId, context));
      } catch (error) {
        if (!isConflict(error)) throw error;
        throw runEnded(await this.reader.job(connectionId, runId, context));
      } finally {
        this.statuses.forget(connectionId);
      }
    });
  }

  /** A sync that began after an earlier try of this very request did what it was sent for. */
  private async findEarlier(connectionId: string, context: RequestContext): Promise<AirbyteJob | undefined> {
    const { earlierAttempt } = context;
    if (!earlierAttempt) return undefined;
    // Airbyte's times are in whole seconds and by its own clock.
    const sinceMs = earlierAttempt.startedAt.getTime() + this.client.caller.upstreamAheadMs;
    const jobs = await this.client.listJobs({ connectionId, limit: NEWEST_JOBS, offset: 0 }, context);
    const syncs = jobs.filter((job) => job.jobType === 'sync');
    const found = syncs.findLast((job) => job.startTime.getTime() >= Math.floor(sinceMs / 1000) * 1000);
    if (!found) requireMayRepeat(earlierAttempt);
    return found;
  }

  /** Airbyte's 409 does not say which run is in the way, nor that the connection is inactive. */
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

function isConflict(error: unknown): error is AirbyteError {
  return error instanceof AirbyteError && error.kind === 'conflict';
}
