import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../lib/clock';
import { CoalescedReads } from '../../lib/coalesced-reads';
import type { RequestContext } from '../../http/request-context';
import { mapConcurrently } from '../../lib/map-concurrently';
import { SETTINGS, type Settings } from '../../config/settings-types';
import { AirbyteClient } from '../client/airbyte.client';
import { LocalChanges } from '../core/local-changes';
import type { AirbyteConnection, CallContext } from '../client/model/airbyte-types';
import { sharingKey, visibleOrNull } from '../core/visibility';
import type { RunFacts } from '../core/status-facts';
import { JobLedger } from './ledger/job-ledger';
import { readRunFacts } from '../core/sync-history';

/** A connection and the time of the read. */
export interface ObservedConnection {
  readonly connection: AirbyteConnection;
  readonly observedAt: Date;
}

const MAX_CONNECTIONS = 10_000;
/** For fewer connections, single reads need fewer calls. */
const MIN_BULK_SIZE = 3;

/**
 * Reads snapshots for many statuses: each connection singly, so that each has its own error, and all runs in
 * bulk.
 */
@Injectable()
export class BulkReader {
  private readonly connections: CoalescedReads<ObservedConnection | null>;

  constructor(
    private readonly client: AirbyteClient,
    private readonly changes: LocalChanges,
    private readonly ledger: JobLedger,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.connections = new CoalescedReads({
      maxAgeMs: settings.statusMaxAgeMs,
      maxEntries: MAX_CONNECTIONS,
      nowMs: () => clock.monotonicMs(),
      newestChange: () => changes.newest,
    });
  }

  /** @returns null if the ingestion does not exist for the caller; this is cached too */
  connection(connectionId: string, context: RequestContext): Promise<ObservedConnection | null> {
    const read = async (): Promise<ObservedConnection | null> => {
      const observedAt = this.clock.now();
      const reading = this.client.getConnection(connectionId, context);
      const connection = await visibleOrNull(connectionId, reading, context);
      return connection && { connection, observedAt };
    };
    return this.connections.get(sharingKey(context, connectionId), read, this.changes.lastOf([connectionId]));
  }

  /** @returns a function that returns the runs of a connection */
  async runsOf(
    connections: readonly AirbyteConnection[],
    context: CallContext,
  ): Promise<(connectionId: string) => RunFacts> {
    const isWorthBulk = connections.length >= MIN_BULK_SIZE;
    const listed = connections.filter((connection) => isWorthBulk && this.isListed(connection));
    await this.refreshLedger(listed, context);
    const single = new Map<string, RunFacts>();
    const others = connections.filter((connection) => !listed.includes(connection));
    await mapConcurrently(others, async ({ connectionId }) => {
      single.set(connectionId, await readRunFacts(this.client, connectionId, context));
    });
    return (connectionId) => single.get(connectionId) ?? this.ledger.factsOf(connectionId);
  }

  /**
   * If the deployment is limited to one workspace, so are its lists; a single read may return a connection of
   * another.
   */
  private isListed({ workspaceId }: AirbyteConnection): boolean {
    const only = this.settings.airbyte.workspaceId;
    return only === null || only === workspaceId;
  }

  private async refreshLedger(
    connections: readonly AirbyteConnection[],
    context: CallContext,
  ): Promise<void> {
    if (connections.length === 0) return;
    const { statusMaxAgeMs: maxAgeMs } = this.settings;
    const ids = connections.map(({ connectionId }) => connectionId);
    const freshness = {
      nowMs: this.clock.monotonicMs(),
      maxAgeMs,
      change: this.changes.lastOf(ids),
      newestChange: this.changes.newest,
    };
    await this.ledger.refresh(ids, freshness, context);
  }
}
