import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock';
import { CoalescedReads } from '../../common/coalesced-reads';
import type { RequestContext } from '../../common/http/request-context';
import { SETTINGS } from '../../config/settings.token';
import type { Settings } from '../../config/settings.types';
import { AirbyteClient } from '../client/airbyte.client';
import type { AirbyteConnection, AirbyteJob } from '../client/airbyte.types';
import { isDeleted } from './ingestion.mapper';
import { NEWEST_JOBS, newestSuccess } from './sync-history';

/** What Airbyte holds of one ingestion, read at about one time. */
export interface IngestionSnapshot {
  readonly connection: AirbyteConnection;
  readonly newestJobs: readonly AirbyteJob[];
  readonly newestSuccess: AirbyteJob | null;
}

const MAX_SNAPSHOTS = 10_000;

/** Reads what a status is made of: two calls upstream in the usual case, shared by all who ask at one time. */
@Injectable()
export class StatusReader {
  private readonly reads: CoalescedReads<IngestionSnapshot>;

  constructor(
    private readonly client: AirbyteClient,
    @Inject(SETTINGS) settings: Settings,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.reads = new CoalescedReads({
      maxAgeMs: settings.statusMaxAgeMs,
      maxEntries: MAX_SNAPSHOTS,
      nowMs: () => clock().getTime(),
    });
  }

  read(connectionId: string, context: RequestContext): Promise<IngestionSnapshot> {
    return this.reads.get(connectionId, () => this.readUpstream(connectionId, context));
  }

  /** To be called after every change of an ingestion by this replica. */
  forget(connectionId: string): void {
    this.reads.forget(connectionId);
  }

  /** Airbyte lists no jobs for an unknown id, without complaint: only the connection's own answer counts. */
  private async readUpstream(connectionId: string, context: RequestContext): Promise<IngestionSnapshot> {
    const giveUp = new AbortController();
    const jobs = this.client.listJobs(
      { connectionId, limit: NEWEST_JOBS, offset: 0 },
      { ...context, signal: giveUp.signal },
    );
    const [connection, newestJobs] = await Promise.all([
      this.client.getConnection(connectionId, context).catch((error: unknown) => {
        giveUp.abort();
        throw error;
      }),
      jobs,
    ]);
    const success = isDeleted(connection)
      ? null
      : await newestSuccess(this.client, connectionId, newestJobs, context);
    return { connection, newestJobs, newestSuccess: success };
  }
}
