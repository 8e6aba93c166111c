import type { Settings } from '../../config/settings-types';
import type { RequestContext } from '../../http/request-context';
import type { Clock } from '../../lib/clock';
import { CoalescedReads } from '../../lib/coalesced-reads';
import { mapConcurrently } from '../../lib/map-concurrently';
import type { AirbyteClient } from '../client/airbyte.client';
import type { Changes } from '../core/changes';
import { isDeleted } from '../core/ingestion-mapper';
import { withSharedTurn } from '../core/shared-turn';
import { isVisibleTo } from '../core/visibility';
import { readAllConnections } from './connection-sweep';
import type { ConnectionFact, DirectReader } from './direct-reader';
import type { MirrorStore } from './mirror-store';
import { isOutage } from './outage';
import { beginRead, type ReadStart } from './read-start';
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

/** Connections that a caller may see, by id. */
export interface ListedConnections {
  readonly rows: readonly ConnectionFact[];
  /** Start of the read that found out which connections exist. */
  readonly read: ReadStart;
}

/** The list of connections, as recent as the settings promise. */
export class ConnectionList {
  /** Lists that are not in the store: without a feed, and with more connections than the memory holds. */
  private readonly reads: CoalescedReads<ListedConnections>;
  /** Changed ingestions that do not exist any more, with the number of the change that the read included. */
  private readonly absent = new Map<string, number>();

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

  /** All connections that the caller may see. */
  async visibleTo(request: RequestContext): Promise<ListedConnections> {
    const { workspaceId: only } = this.settings.airbyte;
    const workspaceId = request.caller?.workspaceId ?? null;
    if (workspaceId !== null && only !== null && workspaceId !== only)
      return { rows: [], read: beginRead(this.parts.clock, this.parts.changes) };
    const context = withSharedTurn(this.parts.client.withDeadline(request));
    const isStored = (): boolean => this.settings.mirror.feedIntervalMs > 0 && !this.parts.store.isFull;
    let list = isStored() ? await this.stored(context) : null;
    // The sweep may have found more than the memory holds.
    if (list === null || !isStored()) list = await this.read(workspaceId, context);
    // Checked again: the filter of Airbyte is not relied on.
    const isListed = ({ connection }: ConnectionFact): boolean =>
      !isDeleted(connection) && isVisibleTo(connection, request);
    return { rows: list.rows.filter(isListed), read: list.read };
  }

  /** @returns null if no sweep has ended yet */
  private async stored(context: ListContext): Promise<ListedConnections | null> {
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
    const { completedFrom } = sweeper;
    if (completedFrom === null) return null;
    const rows = store.ids().flatMap((id): ConnectionFact[] => {
      const stored = store.connection(id);
      return stored ? [{ connection: stored.connection, connectionRead: stored.read }] : [];
    });
    return { rows, read: completedFrom };
  }

  private async read(workspaceId: string | null, context: RequestContext): Promise<ListedConnections> {
    const { client, clock, changes } = this.parts;
    const query = workspaceId === null ? {} : { workspaceIds: [workspaceId] };
    const readNow = async (): Promise<ListedConnections> => {
      const read = beginRead(clock, changes);
      const found = await readAllConnections(client, query, context);
      const sorted = [...found].sort((a, b) => (a.connectionId < b.connectionId ? -1 : 1));
      return { rows: sorted.map((connection) => ({ connection, connectionRead: read })), read };
    };
    return this.reads.get(workspaceId ?? '', readNow, { change: changes.newestChange });
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
    await mapConcurrently(unread, async (id) => {
      const change = changes.lastOf(id);
      if ((await direct.connection(id, forAll)) === null) this.absent.set(id, change);
    });
  }

  /** Ingestions that were changed after the newest sweep and not read since; null if there are too many. */
  private unreadChanges(): readonly string[] | null {
    const { changes, store, sweeper } = this.parts;
    const changed = changes.changedSince(sweeper.completedFrom?.number ?? 0);
    if (changed === null || changed.length > MAX_CHANGED) return null;
    for (const id of this.absent.keys()) if (!changed.includes(id)) this.absent.delete(id);
    const isRead = (id: string): boolean =>
      Math.max(store.connection(id)?.read.number ?? 0, this.absent.get(id) ?? 0) >= changes.lastOf(id);
    return changed.filter((id) => !isRead(id));
  }

  private ageMsOf({ monotonicMs }: ReadStart): number {
    return this.parts.clock.monotonicMs() - monotonicMs;
  }
}
