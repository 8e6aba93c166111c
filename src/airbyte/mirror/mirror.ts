import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { CLOCK, type Clock } from '../../lib/clock';
import { CoalescedReads } from '../../lib/coalesced-reads';
import { mapConcurrently } from '../../lib/map-concurrently';
import type { RequestContext } from '../../http/request-context';
import { SETTINGS, type Settings } from '../../config/settings-types';
import { AirbyteClient } from '../client/airbyte.client';
import type { AirbyteError } from '../client/model/airbyte-errors';
import type { AirbyteConnection } from '../client/model/airbyte-types';
import { Changes } from '../core/changes';
import { isDeleted } from '../core/ingestion-mapper';
import type { RunFacts } from '../core/status-facts';
import { isVisibleTo } from '../core/visibility';
import { readAllConnections } from './connection-sweep';
import { type ConnectionFact, DirectReader, type RunsFact } from './direct-reader';
import { Follower } from './follower';
import { isSufficient } from './job-history';
import { MirrorLoops } from './mirror-loops';
import { MirrorStore } from './mirror-store';
import { isOutage } from './outage';
import { beginRead, type ReadStart } from './read-start';
import { Sweeper } from './sweeper';
import { UpdateSignal } from './update-signal';

/** Connection and runs of one ingestion. */
export interface ObservedIngestion extends RunFacts {
  readonly connection: AirbyteConnection;
  /** Time of the read of its oldest fact, by the local clock. */
  readonly observedAt: Date;
  /** Age of its oldest fact. */
  readonly ageMs: number;
  /** Error of the newest read, if the facts are older than promised; otherwise null. */
  readonly failure: AirbyteError | null;
}

type Facts = ConnectionFact & RunsFact;

/** Stored facts of an ingestion that a caller may see. */
interface KnownFacts extends Facts {
  readonly hasRecentConnection: boolean;
  readonly hasRecentRuns: boolean;
}

/** A tick may begin and take this much later than the interval says. */
const LIVE_INTERVALS = 2;
const TICK_MS = 1000;
/** A list reads at most this many changed ingestions singly; beyond, it reads the whole list. */
const MAX_CHANGED = 50;
/** For fewer connections, single reads need fewer calls than pages of all jobs. */
const MIN_WALK_SIZE = 3;
/** The walk reads at most this many pages for one list. */
const MAX_WALK_PAGES = 10;
const MAX_LISTS = 100;
/** Pause between two reads for a waiting caller without a feed. */
const UNFED_PAUSE_MS = 500;

/**
 * Read model of Airbyte: the connections, and of each the newest jobs. It follows Airbyte while it is read, so
 * that most reads cause no upstream call. Statuses, lists and waits are views of it.
 */
@Injectable()
export class Mirror implements OnModuleDestroy {
  private readonly store: MirrorStore;
  private readonly direct: DirectReader;
  private readonly follower: Follower;
  private readonly sweeper: Sweeper;
  private readonly loops: MirrorLoops;
  private readonly updates = new UpdateSignal();
  /** Lists that are not in the store: without a feed, and with more connections than the memory holds. */
  private readonly lists: CoalescedReads<readonly AirbyteConnection[]>;

  constructor(
    private readonly client: AirbyteClient,
    private readonly changes: Changes,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    const { statusMaxAgeMs, mirror } = settings;
    this.store = new MirrorStore(mirror.maxConnections);
    this.direct = new DirectReader(client, changes, clock, statusMaxAgeMs);
    this.follower = new Follower(client, this.store, changes, clock);
    this.sweeper = new Sweeper(client, this.store, changes, clock);
    const parts = {
      client,
      store: this.store,
      follower: this.follower,
      sweeper: this.sweeper,
      changes,
      clock,
    };
    this.loops = new MirrorLoops(parts, mirror, () => {
      this.updates.fire();
    });
    this.lists = new CoalescedReads({
      maxAgeMs: statusMaxAgeMs,
      maxEntries: MAX_LISTS,
      nowMs: () => clock.monotonicMs(),
      newestChange: () => changes.newest,
    });
  }

  /** Current time by Airbyte's clock, which decides when schedules fire. */
  airbyteNow(): Date {
    return this.client.caller.upstreamClock.correct(this.clock.now());
  }

  /** Whether statuses can still be answered although Airbyte cannot be read. */
  get canAnswerAlone(): boolean {
    const { observed } = this.follower;
    if (observed === null || this.sweeper.completedFrom === null) return false;
    return this.ageMsOf(observed) <= this.settings.mirror.staleIfErrorMs;
  }

  /**
   * Observes one ingestion, without an upstream call if the stored facts are recent enough.
   * @param maxAgeMs the caller's own limit; null: only the limits of the settings
   * @returns null if the ingestion does not exist for the caller
   * @throws AirbyteError if Airbyte cannot be read and no stored facts may be used
   */
  async observe(
    connectionId: string,
    request: RequestContext,
    maxAgeMs: number | null = null,
  ): Promise<ObservedIngestion | null> {
    this.loops.demand();
    const known = this.knownFacts(connectionId, request, maxAgeMs);
    if (known?.hasRecentConnection && known.hasRecentRuns) return this.observed(known, null);
    const { failure } = this.follower;
    if (known && failure && maxAgeMs === null && this.isUsable(known)) return this.observed(known, failure);
    try {
      return await this.readDirectly(connectionId, known, request);
    } catch (error) {
      if (isOutage(error) && known && this.isUsable(known)) return this.observed(known, error);
      throw error;
    }
  }

  /** All connections that the caller may see, by id. */
  async connections(request: RequestContext): Promise<readonly AirbyteConnection[]> {
    this.loops.demand();
    const { workspaceId: only } = this.settings.airbyte;
    const workspaceId = request.caller?.workspaceId ?? null;
    if (workspaceId !== null && only !== null && workspaceId !== only) return [];
    const rows = await this.listed(workspaceId, request);
    // Checked again: the filter of Airbyte is not relied on.
    return rows.filter((row) => !isDeleted(row) && isVisibleTo(row, request));
  }

  /** Observes rows of {@link connections}, with few upstream calls. */
  async observeListed(
    connections: readonly AirbyteConnection[],
    request: RequestContext,
  ): Promise<readonly ObservedIngestion[]> {
    const context = this.client.withDeadline(request);
    await this.walkFor(connections, context);
    return mapConcurrently(connections, async (connection) => {
      const known = this.knownFacts(connection.connectionId, request, null);
      if (known?.hasRecentRuns) return this.observed(known, null);
      const { failure } = this.follower;
      if (known && failure && this.isUsable(known)) return this.observed(known, failure);
      const runs = await this.readRuns(connection.connectionId, context);
      const stored = this.store.connection(connection.connectionId);
      return this.observed({ connection, connectionRead: stored?.read ?? runs.runsRead, ...runs }, null);
    });
  }

  /** Resolves at the next tick of the feed, after `timeoutMs`, or when the signal aborts. */
  async nextUpdate(timeoutMs: number, signal: AbortSignal): Promise<void> {
    this.loops.demand();
    const pauseMs = this.isFed ? timeoutMs : Math.min(timeoutMs, UNFED_PAUSE_MS);
    const over = new AbortController();
    const forget = this.updates.listen(() => {
      over.abort();
    });
    await this.clock.wait(pauseMs, AbortSignal.any([signal, over.signal]));
    forget();
  }

  /** Ends the reads of the mirror itself. Waiting callers are answered. */
  onModuleDestroy(): void {
    this.loops.stop();
    this.updates.fire();
  }

  private get isFed(): boolean {
    return this.settings.mirror.feedIntervalMs > 0;
  }

  /** Stored facts that the caller may see, unless a change through the gateway is newer. */
  private knownFacts(
    connectionId: string,
    request: RequestContext,
    maxAgeMs: number | null,
  ): KnownFacts | null {
    const stored = this.store.connection(connectionId);
    const runs = this.store.history(connectionId);
    if (!stored || !runs || !isSufficient(runs.history)) return null;
    if (!isVisibleTo(stored.connection, request)) return null;
    const { observed } = this.follower;
    const isFed = runs.isFollowed && observed !== null;
    const runsRead = isFed && observed.number > runs.read.number ? observed : runs.read;
    const change = this.changes.lastOf(connectionId);
    if (stored.read.number < change || runsRead.number < change) return null;
    const { feedIntervalMs, connectionMaxAgeMs } = this.settings.mirror;
    const ownLimitMs = maxAgeMs === null ? Infinity : Math.max(maxAgeMs, this.settings.statusMaxAgeMs);
    const connectionLimitMs = this.isFed ? connectionMaxAgeMs : 0;
    const runsLimitMs = isFed ? LIVE_INTERVALS * feedIntervalMs + TICK_MS : 0;
    return {
      connection: stored.connection,
      connectionRead: stored.read,
      newestJobs: runs.history.newestJobs,
      newestSuccess: runs.history.newestSuccess,
      runsRead,
      hasRecentConnection: this.ageMsOf(stored.read) < Math.min(ownLimitMs, connectionLimitMs),
      hasRecentRuns: this.ageMsOf(runsRead) < Math.min(ownLimitMs, runsLimitMs),
    };
  }

  /** Reads what is not recent enough. */
  private async readDirectly(
    connectionId: string,
    known: KnownFacts | null,
    request: RequestContext,
  ): Promise<ObservedIngestion | null> {
    const context = this.client.withDeadline(request);
    const before = beginRead(this.clock, this.changes);
    const reading = known?.hasRecentConnection ? known : this.direct.connection(connectionId, context);
    const readingJobs = known?.hasRecentRuns ? undefined : this.direct.newestJobs(connectionId, context);
    // Not awaited if the connection is not visible.
    readingJobs?.catch(() => undefined);
    const found = await reading;
    if (!found) {
      this.forget(connectionId, request, before);
      return null;
    }
    this.keep(found);
    const { connection, connectionRead } = found;
    const runs = known?.hasRecentRuns ? known : await this.readRuns(connectionId, context, readingJobs);
    return this.observed({ ...runs, connection, connectionRead }, null);
  }

  private async readRuns(
    connectionId: string,
    context: RequestContext,
    readingJobs?: ReturnType<DirectReader['newestJobs']>,
  ): Promise<RunsFact> {
    const runs = await this.direct.runsOf(connectionId, context, readingJobs);
    this.store.putHistory(connectionId, runs, runs.runsRead);
    return runs;
  }

  /** Lists of a deployment that is limited to one workspace do not show others. */
  private keep({ connection, connectionRead }: ConnectionFact): void {
    const { workspaceId } = this.settings.airbyte;
    if (workspaceId === null || connection.workspaceId === workspaceId)
      this.store.putConnection(connection, connectionRead);
  }

  /** Removes a connection that does not exist any more. Callers of other workspaces cannot cause it. */
  private forget(connectionId: string, request: RequestContext, read: ReadStart): void {
    const stored = this.store.connection(connectionId);
    if (stored && isVisibleTo(stored.connection, request)) this.store.removeConnection(connectionId, read);
  }

  private async listed(
    workspaceId: string | null,
    request: RequestContext,
  ): Promise<readonly AirbyteConnection[]> {
    const context = this.client.withDeadline(request);
    if (!this.isFed || this.store.isFull) return this.readList(workspaceId, context);
    try {
      const { connectionMaxAgeMs } = this.settings.mirror;
      await this.sweeper.complete((start) => this.ageMsOf(start) < connectionMaxAgeMs, context);
      await this.readChanged(context);
    } catch (error) {
      const { completedFrom } = this.sweeper;
      if (!isOutage(error) || completedFrom === null || !this.isYoungEnough(completedFrom)) throw error;
    }
    return this.store.ids().flatMap((id) => this.store.connection(id)?.connection ?? []);
  }

  private async readList(
    workspaceId: string | null,
    context: RequestContext,
  ): Promise<readonly AirbyteConnection[]> {
    const query = workspaceId === null ? {} : { workspaceIds: [workspaceId] };
    const read = (): Promise<readonly AirbyteConnection[]> => readAllConnections(this.client, query, context);
    const rows = await this.lists.get(workspaceId ?? '', read, this.changes.newestChange);
    return [...rows].sort((a, b) => (a.connectionId < b.connectionId ? -1 : 1));
  }

  /** Reads the ingestions that were changed through a gateway after the newest sweep. */
  private async readChanged(context: RequestContext): Promise<void> {
    const since = this.sweeper.completedFrom?.number ?? 0;
    const changed = this.changes.changedSince(since);
    if (changed === null || changed.length > MAX_CHANGED) {
      const { newestChange } = this.changes;
      await this.sweeper.complete((start) => start.number > newestChange, context);
      return;
    }
    const unread = changed.filter((id) => {
      const stored = this.store.connection(id);
      return !stored || stored.read.number < this.changes.lastOf(id);
    });
    await mapConcurrently(unread, async (id) => {
      const before = beginRead(this.clock, this.changes);
      const found = await this.direct.connection(id, context);
      if (found) this.keep(found);
      else this.forget(id, context, before);
    });
  }

  /** Loads jobs of many connections by pages of all jobs while that needs fewer calls than single reads. */
  private async walkFor(connections: readonly AirbyteConnection[], context: RequestContext): Promise<void> {
    if (!this.isFed || connections.length < MIN_WALK_SIZE) return;
    if (!this.follower.isFollowing) await this.follower.tick(context);
    const walk = this.loops.currentWalk();
    const unknown = (): number =>
      connections.filter(({ connectionId }) => !this.store.isKnown(connectionId)).length;
    for (let page = 0; walk && !walk.isOver && page < Math.min(MAX_WALK_PAGES, unknown()); page++)
      await walk.step(context);
  }

  private isUsable({ connectionRead, runsRead }: Facts): boolean {
    return this.isYoungEnough(connectionRead) && this.isYoungEnough(runsRead);
  }

  /** Whether facts of this read may be returned while Airbyte cannot be read. */
  private isYoungEnough(read: ReadStart): boolean {
    return this.ageMsOf(read) <= this.settings.mirror.staleIfErrorMs;
  }

  private ageMsOf({ monotonicMs }: ReadStart): number {
    return this.clock.monotonicMs() - monotonicMs;
  }

  private observed(facts: Facts, failure: AirbyteError | null): ObservedIngestion {
    const { connection, connectionRead, newestJobs, newestSuccess, runsRead } = facts;
    const oldest = connectionRead.monotonicMs < runsRead.monotonicMs ? connectionRead : runsRead;
    const ageMs = this.ageMsOf(oldest);
    return { connection, newestJobs, newestSuccess, observedAt: oldest.at, ageMs, failure };
  }
}
