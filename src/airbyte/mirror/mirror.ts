import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { CLOCK, type Clock } from '../../lib/clock';
import { mapConcurrently } from '../../lib/map-concurrently';
import type { RequestContext } from '../../http/request-context';
import { SETTINGS, type Settings } from '../../config/settings-types';
import { AirbyteClient } from '../client/airbyte.client';
import { Changes } from '../core/changes';
import { InternalClient } from '../internal/internal-client';
import { ConnectionList } from './connection-list';
import { Details } from './details';
import { type ConnectionFact, DirectReader } from './direct-reader';
import { Follower } from './follower';
import { MemoryView, type MirrorState, type RememberedIngestion } from './memory-view';
import { MirrorLoops } from './mirror-loops';
import { MirrorStore } from './mirror-store';
import { MirrorWatch } from './mirror-watch';
import type { ObservedIngestion } from './observed-ingestion';
import { isOutage } from './outage';
import { PauseWatch } from './pause-watch';
import { ANY, type KnownFacts, StoredFacts, type Wanted } from './stored-facts';
import { Sweeper } from './sweeper';
import { UpdateSignal } from './update-signal';

/** Connections that a caller may see, by id. */
export interface VisibleConnections {
  readonly rows: readonly ConnectionFact[];
  /** Age of the knowledge which connections exist. */
  readonly ageMs: number;
}

/** For fewer connections, single reads need fewer calls than pages of all jobs. */
const MIN_WALK_SIZE = 3;
/** The walk reads at most this many pages for one list. */
const MAX_WALK_PAGES = 10;
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
  private readonly list: ConnectionList;
  private readonly memory: MemoryView;
  private readonly details: Details;
  private readonly facts: StoredFacts;
  /** For those who have to know when a pause ends. */
  readonly pauses: PauseWatch;
  private readonly stopping = new AbortController();
  /** For parts that look at all ingestions, not only at those of a request. */
  readonly watch: MirrorWatch;

  constructor(
    private readonly client: AirbyteClient,
    internal: InternalClient,
    changes: Changes,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    const { mirror } = settings;
    const bounds = { maxEntries: mirror.maxConnections, signal: this.stopping.signal };
    this.details = new Details(internal, changes, clock, bounds);
    const store = new MirrorStore(mirror.maxConnections, (newestJobs) => {
      void this.details.failures.load(newestJobs);
    });
    this.store = store;
    this.direct = new DirectReader(client, store, changes, clock, settings);
    this.follower = new Follower(client, store, changes, clock);
    this.sweeper = new Sweeper(client, store, changes, clock);
    const parts = { client, store, sweeper: this.sweeper, changes, clock };
    this.memory = new MemoryView(store, this.follower, this.sweeper, clock);
    this.list = new ConnectionList({ ...parts, direct: this.direct }, settings);
    this.loops = new MirrorLoops(
      { ...parts, follower: this.follower, pauses: this.details.pauses },
      mirror,
      () => {
        this.details.failures.retry((connectionId) => store.history(connectionId)?.history.newestJobs ?? []);
        this.updates.fire();
      },
    );
    this.pauses = new PauseWatch(this.details.pauses, parts, this.loops);
    this.facts = new StoredFacts(
      { store, follower: this.follower, changes, details: this.details, clock },
      settings,
    );
    const { follower, sweeper, loops, details } = this;
    this.watch = new MirrorWatch({ client, store, follower, sweeper, loops, details }, (id, request) =>
      this.recent(id, request),
    );
  }

  /** Current time by Airbyte's clock, which decides when schedules fire. */
  airbyteNow(): Date {
    return this.client.caller.upstreamClock.correct(this.clock.now());
  }

  /** Call when Airbyte has probably changed: the feed is then read soon, if it is followed. */
  hurry(): void {
    this.loops.hurry();
  }

  /** Whether statuses can still be answered although Airbyte cannot be read. */
  get canAnswerAlone(): boolean {
    const { observed } = this.follower;
    if (observed === null || this.sweeper.completedFrom === null) return false;
    return this.facts.ageMsOf(observed) <= this.settings.mirror.staleIfErrorMs;
  }

  /**
   * Observes one ingestion, without an upstream call if the stored facts are recent enough.
   * @returns null if the ingestion does not exist for the caller
   * @throws AirbyteError if Airbyte cannot be read and no stored facts may be used
   */
  async observe(
    connectionId: string,
    request: RequestContext,
    wanted: Wanted = ANY,
  ): Promise<ObservedIngestion | null> {
    this.loops.demand();
    const known = this.facts.known(connectionId, request, wanted);
    if (known) void this.details.pauses.load(known.connection);
    if (known?.hasRecentConnection && known.hasRecentRuns) return this.facts.observed(known, null);
    const { failure } = this.follower;
    if (known && failure && wanted.maxAgeMs === null && this.facts.areUsable(known))
      return this.facts.observed(known, failure);
    try {
      return await this.readDirectly(connectionId, known, request);
    } catch (error) {
      if (isOutage(error) && known && this.facts.areUsable(known)) return this.facts.observed(known, error);
      throw error;
    }
  }

  /** All connections that the caller may see. */
  async connections(request: RequestContext): Promise<VisibleConnections> {
    this.loops.demand();
    const { rows, read } = await this.list.visibleTo(request);
    return { rows, ageMs: this.facts.ageMsOf(read) };
  }

  /** Observes rows of {@link connections}, with few upstream calls. */
  async observeListed(
    rows: readonly ConnectionFact[],
    request: RequestContext,
  ): Promise<readonly ObservedIngestion[]> {
    const context = this.client.withDeadline(request);
    await this.walkFor(rows, context.deadlineAt);
    return mapConcurrently(rows, async (row) => {
      const { connectionId } = row.connection;
      const stored = this.facts.known(connectionId, request, ANY);
      const known = stored && { ...stored, ...row };
      if (known?.hasRecentRuns) return this.facts.observed(known, null);
      const { failure } = this.follower;
      if (known && failure && this.facts.areUsable(known)) return this.facts.observed(known, failure);
      try {
        const runs = await this.direct.runsOf(connectionId, context);
        return this.facts.observed({ ...row, ...runs }, null);
      } catch (error) {
        if (isOutage(error) && known && this.facts.areUsable(known)) return this.facts.observed(known, error);
        throw error;
      }
    });
  }

  /**
   * Yields what is in memory and the caller may see, by id, without a call upstream.
   * @param followMs the mirror follows Airbyte at least this long from now
   */
  remembered(request: Pick<RequestContext, 'caller'>, followMs: number): Generator<RememberedIngestion> {
    this.loops.demand(followMs);
    return this.memory.ingestions(request);
  }

  /** State of the read model itself. */
  state(): MirrorState {
    return this.memory.state();
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
    this.stopping.abort();
    this.loops.stop();
    this.updates.fire();
  }

  private get isFed(): boolean {
    return this.settings.mirror.feedIntervalMs > 0;
  }

  /** Stored facts with recent runs; null without them. The connection may be as old as a sweep takes. */
  private recent(connectionId: string, request: RequestContext): ObservedIngestion | null {
    const known = this.facts.known(connectionId, request, ANY);
    return known?.hasRecentRuns ? this.facts.observed(known, null) : null;
  }

  /** Reads what is not recent enough. */
  private async readDirectly(
    connectionId: string,
    known: KnownFacts | null,
    request: RequestContext,
  ): Promise<ObservedIngestion | null> {
    const context = this.client.withDeadline(request);
    const reading = known?.hasRecentConnection ? known : this.direct.connection(connectionId, context);
    const readingJobs = known?.hasRecentRuns ? undefined : this.direct.newestJobs(connectionId, context);
    // Not awaited if the connection is not visible.
    readingJobs?.catch(() => undefined);
    const found = await reading;
    if (!found) return null;
    const { connection, connectionRead } = found;
    const runs = known?.hasRecentRuns ? known : await this.direct.runsOf(connectionId, context, readingJobs);
    const remainingMs = context.deadlineAt - this.client.caller.clock.monotonicMs();
    await this.details.loadWithin(connection, runs.newestJobs, remainingMs);
    return this.facts.observed({ ...runs, connection, connectionRead }, null);
  }

  /** Loads jobs of many connections by pages of all jobs while that needs fewer calls than single reads. */
  private async walkFor(rows: readonly ConnectionFact[], deadlineAt: number): Promise<void> {
    if (!this.isFed || rows.length < MIN_WALK_SIZE) return;
    // All callers share these reads, so the deadline of one must not end them.
    const { context } = this.loops;
    if (!this.follower.isFollowing) await this.follower.tick(context);
    const walk = this.loops.currentWalk();
    const unknown = (): number =>
      rows.filter(({ connection }) => !this.store.isKnown(connection.connectionId)).length;
    for (let page = 0; walk && !walk.isOver && page < Math.min(MAX_WALK_PAGES, unknown()); page++) {
      if (this.client.caller.clock.monotonicMs() >= deadlineAt) return;
      await walk.step(context);
    }
  }
}
