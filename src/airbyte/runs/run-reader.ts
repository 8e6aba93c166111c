import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../lib/clock';
import { CoalescedReads } from '../../lib/coalesced-reads';
import type { RequestContext } from '../../http/request-context';
import { AirbyteClient } from '../client/airbyte.client';
import { isUnknownJob } from '../core/job-status';
import { LocalChanges } from '../core/local-changes';
import type { AirbyteConnection, AirbyteJob } from '../client/model/airbyte-types';
import { ingestionNotFound, withProblems, withIngestionProblems } from '../core/upstream-problem';
import { assertVisible, sharingKey, visibleOrNull } from '../core/visibility';
import { runNotFound } from './run-problems';

/** Airbyte's job ids are 64-bit integers. */
const JOB_ID = /^[1-9]\d{0,18}$/;

/** Cache lifetime for callers that begin to wait at the same time; the poller then updates the run. */
const SHARED_MS = 1000;
const MAX_SHARED = 1000;

/** `job` is null if the ingestion has no such run. */
type RunOfIngestion =
  { readonly isVisible: false } | { readonly isVisible: true; readonly job: AirbyteJob | null };

/** Reads runs and checks their ingestion. */
@Injectable()
export class RunReader {
  private readonly shared: CoalescedReads<RunOfIngestion>;

  constructor(
    private readonly client: AirbyteClient,
    private readonly changes: LocalChanges,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.shared = new CoalescedReads({
      maxAgeMs: SHARED_MS,
      maxEntries: MAX_SHARED,
      nowMs: () => clock.monotonicMs(),
      newestChange: () => changes.newest,
    });
  }

  async ingestion(connectionId: string, context: RequestContext): Promise<AirbyteConnection> {
    const connection = await withIngestionProblems(connectionId, () =>
      this.client.getConnection(connectionId, context),
    );
    return assertVisible(connection, context);
  }

  async job(connectionId: string, runId: string, context: RequestContext): Promise<AirbyteJob> {
    const bounded = this.client.withDeadline(context);
    await this.ingestion(connectionId, bounded);
    const job = await this.findJob(connectionId, runId, bounded);
    if (!job) throw runNotFound();
    return job;
  }

  /**
   * Like {@link job}, shared by concurrent callers; at most one second old. Local changes are visible at once.
   */
  async sharedJob(connectionId: string, runId: string, context: RequestContext): Promise<AirbyteJob> {
    const read = (): Promise<RunOfIngestion> => this.readBoth(connectionId, runId, context);
    const change = this.changes.lastOf([connectionId]);
    const found = await this.shared.get(sharingKey(context, connectionId, runId), read, change);
    if (!found.isVisible) throw ingestionNotFound();
    if (!found.job) throw runNotFound();
    return found.job;
  }

  private async readBoth(
    connectionId: string,
    runId: string,
    request: RequestContext,
  ): Promise<RunOfIngestion> {
    const context = this.client.withDeadline(request);
    const connection = await withIngestionProblems(connectionId, () =>
      visibleOrNull(connectionId, this.client.getConnection(connectionId, context), request),
    );
    if (!connection) return { isVisible: false };
    return { isVisible: true, job: await this.findJob(connectionId, runId, context) };
  }

  /** Airbyte returns a job whatever its connection, so the connection is compared. */
  private findJob(connectionId: string, runId: string, context: RequestContext): Promise<AirbyteJob | null> {
    if (!JOB_ID.test(runId)) return Promise.resolve(null);
    return withProblems(async () => {
      try {
        const job = await this.client.getJob(runId, context);
        return job.connectionId === connectionId ? job : null;
      } catch (error) {
        if (isUnknownJob(error)) return null;
        throw error;
      }
    });
  }
}
