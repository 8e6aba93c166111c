import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock';
import { CoalescedReads } from '../../common/coalesced-reads';
import type { RequestContext } from '../../common/http/request-context';
import { AirbyteClient } from '../client/airbyte.client';
import { AirbyteError } from '../client/airbyte.errors';
import type { AirbyteConnection, AirbyteJob } from '../client/airbyte.types';
import { onBehalf, onBehalfOf } from '../ingestion/airbyte-problem';
import { requireInSight } from '../ingestion/visibility';
import { StatusReader } from '../status/status.reader';
import { runNotFound } from './run.problems';

/** Airbyte's job ids are 64-bit integers. */
const JOB_ID = /^[1-9]\d{0,18}$/;

/** What those who begin to wait at about one time share; the watch brings it up to date. */
const SHARED_MS = 1000;
const MAX_SHARED = 1000;

interface RunOfIngestion {
  readonly connection: AirbyteConnection;
  readonly job: AirbyteJob;
}

/** Reads runs, and the ingestions that they must belong to. */
@Injectable()
export class RunReader {
  private readonly shared: CoalescedReads<RunOfIngestion>;

  constructor(
    private readonly client: AirbyteClient,
    private readonly statuses: StatusReader,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.shared = new CoalescedReads({
      maxAgeMs: SHARED_MS,
      maxEntries: MAX_SHARED,
      nowMs: () => clock().getTime(),
    });
  }

  async ingestion(connectionId: string, context: RequestContext): Promise<AirbyteConnection> {
    const connection = await onBehalfOf(connectionId, () => this.client.getConnection(connectionId, context));
    return requireInSight(connection, context);
  }

  async job(connectionId: string, runId: string, context: RequestContext): Promise<AirbyteJob> {
    const whole = this.client.shareBudget(context);
    await this.ingestion(connectionId, whole);
    return this.jobOf(connectionId, runId, whole);
  }

  /** The same for many who ask at once, at most a second old. A change by this replica shows at once. */
  async sharedJob(connectionId: string, runId: string, context: RequestContext): Promise<AirbyteJob> {
    const key = `${this.statuses.changes} ${connectionId} ${runId}`;
    const { connection, job } = await this.shared.get(key, () => this.readBoth(connectionId, runId, context));
    requireInSight(connection, context);
    return job;
  }

  private async readBoth(
    connectionId: string,
    runId: string,
    request: RequestContext,
  ): Promise<RunOfIngestion> {
    const context = this.client.shareBudget(request);
    const connection = await onBehalfOf(connectionId, () => this.client.getConnection(connectionId, context));
    return { connection, job: await this.jobOf(connectionId, runId, context) };
  }

  /** Airbyte answers 409 or 403 for an unknown job, and gives out jobs whatever connection was meant. */
  private async jobOf(connectionId: string, runId: string, context: RequestContext): Promise<AirbyteJob> {
    if (!JOB_ID.test(runId)) throw runNotFound();
    return onBehalf(async () => {
      try {
        const job = await this.client.getJob(runId, context);
        if (job.connectionId === connectionId) return job;
      } catch (error) {
        const isUnknown =
          error instanceof AirbyteError && ['conflict', 'not_found', 'forbidden'].includes(error.kind);
        if (!isUnknown) throw error;
      }
      throw runNotFound();
    });
  }
}
