import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock';
import { CoalescedReads } from '../../common/coalesced-reads';
import type { RequestContext } from '../../common/http/request-context';
import { SETTINGS } from '../../config/settings.token';
import type { Settings } from '../../config/settings.types';
import { AirbyteClient } from '../client/airbyte.client';
import type { AirbyteConnection } from '../client/airbyte.types';
import { isDeleted } from '../ingestion/ingestion.mapper';
import type { RunFacts } from './facts';
import { newestSuccess, readNewestJobs } from './sync-history';

/** What Airbyte holds of one ingestion, read at about one time. */
export interface IngestionSnapshot extends RunFacts {
  readonly connection: AirbyteConnection;
  /** When Airbyte was asked. */
  readonly observedAt: Date;
}

const MAX_SNAPSHOTS = 10_000;

/** Reads what a status is made of: two calls upstream in the usual case, shared by all who ask at one time. */
@Injectable()
export class StatusReader {
  private readonly reads: CoalescedReads<IngestionSnapshot>;
  private changeCount = 0;

  constructor(
    private readonly client: AirbyteClient,
    @Inject(SETTINGS) settings: Settings,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.reads = new CoalescedReads({
      maxAgeMs: settings.statusMaxAgeMs,
      maxEntries: MAX_SNAPSHOTS,
      nowMs: () => clock.monotonicMs(),
    });
  }

  /** How many changes this replica has made: whoever keeps what it read must read again when this has grown. */
  get changes(): number {
    return this.changeCount;
  }

  /** A context under which several statuses are read within the time of one request. */
  shareBudget(context: RequestContext): RequestContext {
    return this.client.shareBudget(context);
  }

  read(connectionId: string, context: RequestContext): Promise<IngestionSnapshot> {
    return this.reads.get(connectionId, () => this.readUpstream(connectionId, context));
  }

  connection(connectionId: string, context: RequestContext): Promise<AirbyteConnection> {
    return this.client.getConnection(connectionId, context);
  }

  /** To be called after every change of an ingestion by this replica. */
  forget(connectionId: string): void {
    this.changeCount += 1;
    this.reads.forget(connectionId);
  }

  /** Airbyte lists no jobs for an unknown id, without complaint: only the connection's own answer counts. */
  private async readUpstream(connectionId: string, request: RequestContext): Promise<IngestionSnapshot> {
    const context = this.client.shareBudget(request);
    const observedAt = this.clock.now();
    const [connection, newestJobs] = await Promise.all([
      this.client.getConnection(connectionId, context),
      readNewestJobs(this.client, connectionId, context),
    ]);
    const success = isDeleted(connection)
      ? null
      : await newestSuccess(this.client, connectionId, newestJobs, context);
    return { connection, newestJobs, newestSuccess: success, observedAt };
  }
}
