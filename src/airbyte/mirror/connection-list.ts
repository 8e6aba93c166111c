import type { Settings } from '../../config/settings-types';
import type { RequestContext } from '../../http/request-context';
import type { Clock } from '../../lib/clock';
import { CoalescedReads } from '../../lib/coalesced-reads';
import { mapConcurrently } from '../../lib/map-concurrently';
import type { AirbyteClient } from '../client/airbyte.client';
import type { AirbyteConnection } from '../client/model/airbyte-types';
import type { Changes } from '../core/changes';
import { isDeleted } from '../core/ingestion-mapper';
import { withSharedTurn } from '../core/shared-turn';
import { isVisibleTo } from '../core/visibility';
import { readAllConnections } from './connection-sweep';
import type { DirectReader } from './direct-reader';
import type { MirrorStore } from './mirror-store';
import { isOutage } from './outage';
import type { ReadStart } from './read-start';
import type { Sweeper } from './sweeper';

/** A list reads at most this many changed ingestions singly; beyond, it reads the whole list. */
const MAX_CHANGED = 50;
const MAX_LISTS = 100;

type ListContext = RequestContext & { readonly deadlineAt: number };

/** The parts of the mirror that lists need. */
interface ListParts {
  readonly client: AirbyteClient;
  readonly store: MirrorStore;
  readonly sweeper: Sweeper;
  readonly direct: DirectReader;
  readonly changes: Changes;
  readonly clock: Clock;
}

/** The list of connections, as recent as the settings promise. */
export class ConnectionList {
  /** Lists that are not in the store: without a feed, and with more connections than the memory holds. */
  private readonly reads: CoalescedReads<readonly AirbyteConnection[]>;

  constructor(
    private readonly parts: ListParts,
    private readonly settings: Settings,
  ) {
    const { changes, clock } = parts;
    this.reads = new CoalescedReads({
      maxAgeMs: settings.statusMaxAgeMs,
      maxEntries: MAX_LISTS,
      nowMs: () => clock.monotonicMs(),
      newestChange: () => changes.newest,
    });
  }

  /** All connections that the caller may see, by id. */
  async visibleTo(request: RequestContext): Promise<readonly AirbyteConnection[]> {
    const { workspaceId: only } = this.settings.airbyte;
    const workspaceId = request.caller?.workspaceId ?? null;
    if (workspaceId !== null && only !== null && workspaceId !== only) return [];
    const context = withSharedTurn(this.parts.client.withDeadline(request));
    const isStored = (): boolean => this.settings.mirror.feedIntervalMs > 0 && !this.parts.store.isFull;
    let rows = isStored() ? await this.stored(context) : null;
    // The sweep may have found more than the memory holds.
    if (rows === null || !isStored()) rows = await this.read(workspaceId, context);
    // Checked again: the filter of Airbyte is not relied on.
    return rows.filter((row) => !isDeleted(row) && isVisibleTo(row, request));
  }

  private async stored(context: ListContext): Promise<readonly AirbyteConnection[]> {
    const { store, sweeper, changes } = this.parts;
    const { connectionMaxAgeMs, staleIfErrorMs } = this.settings.mirror;
    const asked = changes.newest;
    const isRecent = (start: ReadStart): boolean =>
      start.number > asked || this.ageMsOf(start) < connectionMaxAgeMs;
    try {
      await sweeper.complete(isRecent, context.deadlineAt);
      await this.readChanged(context);
    } catch (error) {
      const { completedFrom } = sweeper;
      const isUsable = completedFrom !== null && this.ageMsOf(completedFrom) <= staleIfErrorMs;
      // A list that is older than a change through the gateway would contradict it.
      if (!isOutage(error) || !isUsable || this.unreadChanges()?.length !== 0) throw error;
    }
    return store.ids().flatMap((id) => store.connection(id)?.connection ?? []);
  }

  private async read(
    workspaceId: string | null,
    context: RequestContext,
  ): Promise<readonly AirbyteConnection[]> {
    const query = workspaceId === null ? {} : { workspaceIds: [workspaceId] };
    const readNow = (): Promise<readonly AirbyteConnection[]> =>
      readAllConnections(this.parts.client, query, context);
    const rows = await this.reads.get(workspaceId ?? '', readNow, {
      change: this.parts.changes.newestChange,
    });
    return [...rows].sort((a, b) => (a.connectionId < b.connectionId ? -1 : 1));
  }

  /** Reads the ingestions that were changed through a gateway after the newest sweep. */
  private async readChanged(context: ListContext): Promise<void> {
    const { changes, direct, sweeper } = this.parts;
    const unread = this.unreadChanges();
    if (unread === null) {
      const { newestChange } = changes;
      await sweeper.complete((start) => start.number > newestChange, context.deadlineAt);
      return;
    }
    // Read for all callers, so that those of other workspaces do not read it again.
    const forAll = { ...context };
    delete forAll.caller;
    await mapConcurrently(unread, (id) => direct.connection(id, forAll));
  }

  /** Ingestions that were changed after the newest sweep and not read since; null if there are too many. */
  private unreadChanges(): readonly string[] | null {
    const { changes, store, sweeper } = this.parts;
    const changed = changes.changedSince(sweeper.completedFrom?.number ?? 0);
    if (changed === null || changed.length > MAX_CHANGED) return null;
    return changed.filter((id) => (store.connection(id)?.read.number ?? 0) < changes.lastOf(id));
  }

  private ageMsOf({ monotonicMs }: ReadStart): number {
    return this.parts.clock.monotonicMs() - monotonicMs;
  }
}
