import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../lib/clock';
import { CoalescedReads } from '../../lib/coalesced-reads';
import type { RequestContext } from '../../http/request-context';
import { SETTINGS, type Settings } from '../../config/settings-types';
import { AirbyteClient } from '../client/airbyte.client';
import { LocalChanges } from './local-changes';
import type { AirbyteConnection } from '../client/model/airbyte-types';
import { sharingKey, visibleOrNull } from './visibility';
import type { RunFacts } from './status-facts';
import { newestSuccess, readNewestJobs } from './sync-history';

/** Connection and runs of one ingestion, read at about the same time. */
export interface IngestionSnapshot extends RunFacts {
  readonly connection: AirbyteConnection;
  /** Time when Airbyte was queried. */
  readonly observedAt: Date;
}

const MAX_SNAPSHOTS = 10_000;

/** Reads snapshots for statuses, usually with two upstream calls. Concurrent requests share one read. */
@Injectable()
export class StatusReader {
  private readonly reads: CoalescedReads<IngestionSnapshot | null>;

  constructor(
    private readonly client: AirbyteClient,
    private readonly changes: LocalChanges,
    @Inject(SETTINGS) settings: Settings,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.reads = new CoalescedReads({
      maxAgeMs: settings.statusMaxAgeMs,
      maxEntries: MAX_SNAPSHOTS,
      nowMs: () => clock.monotonicMs(),
      newestChange: () => changes.newest,
    });
  }

  /** Current time by Airbyte's clock, which decides when schedules fire. */
  airbyteNow(): Date {
    return this.client.caller.upstreamClock.correct(this.clock.now());
  }

  /** @returns null if the ingestion does not exist for the caller; this is cached too */
  read(connectionId: string, context: RequestContext): Promise<IngestionSnapshot | null> {
    const change = this.changes.lastOf([connectionId]);
    const read = (): Promise<IngestionSnapshot | null> => this.readUpstream(connectionId, context);
    return this.reads.get(sharingKey(context, connectionId), read, change);
  }

  /**
   * Reads connection and jobs concurrently. For an unknown id Airbyte returns an empty job list, so only the
   * response about the connection decides.
   */
  private async readUpstream(
    connectionId: string,
    request: RequestContext,
  ): Promise<IngestionSnapshot | null> {
    const context = this.client.withDeadline(request);
    const observedAt = this.clock.now();
    const [reading, readingJobs] = [
      this.client.getConnection(connectionId, context),
      readNewestJobs(this.client, connectionId, context),
    ];
    // Not awaited if the connection is not visible.
    readingJobs.catch(() => undefined);
    const connection = await visibleOrNull(connectionId, reading, request);
    if (!connection) return null;
    const newestJobs = await readingJobs;
    const success = await newestSuccess(this.client, connectionId, newestJobs, context);
    return { connection, newestJobs, newestSuccess: success, observedAt };
  }
}
