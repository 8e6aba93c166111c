import type { RequestContext } from '../../http/request-context';
import type { Clock } from '../../lib/clock';
import type { AirbyteConnection } from '../client/model/airbyte-types';
import { isDeleted } from '../core/ingestion-mapper';
import type { RunFacts } from '../core/status-facts';
import { isVisibleTo } from '../core/visibility';
import type { Follower } from './follower';
import { isSufficient } from './job-history';
import type { MirrorStore, StoredHistory } from './mirror-store';
import type { ReadStart } from './read-start';
import type { Sweeper } from './sweeper';

/** An ingestion in memory, however old. */
export interface RememberedIngestion {
  readonly connection: AirbyteConnection;
  /** Null while its jobs are not known. */
  readonly runs: RunFacts | null;
  /** Age of its oldest fact. */
  readonly ageMs: number;
}

/** State of the read model. */
export interface MirrorState {
  /** Age of the newest successful read of the feed; null while the feed is not followed. */
  readonly feedAgeMs: number | null;
  /** Age of the newest complete list of connections; null before the first. */
  readonly listAgeMs: number | null;
  readonly connections: number;
  /** Connections whose jobs are not known. */
  readonly unreadConnections: number;
  /** Whether connections were left out, because the memory is full. */
  readonly isFull: boolean;
  /** Number of times that all jobs had to be loaded again. */
  readonly reloads: number;
}

/** View of the memory of the mirror, however old it is. It reads nothing from Airbyte. */
export class MemoryView {
  constructor(
    private readonly store: MirrorStore,
    private readonly follower: Pick<Follower, 'observed' | 'reloads'>,
    private readonly sweeper: Pick<Sweeper, 'completedFrom'>,
    private readonly clock: Pick<Clock, 'monotonicMs'>,
  ) {}

  /** Yields what the caller may see, by id. */
  *ingestions(request: Pick<RequestContext, 'caller'>): Generator<RememberedIngestion> {
    for (const id of this.store.ids()) {
      const stored = this.store.connection(id);
      if (!stored || isDeleted(stored.connection) || !isVisibleTo(stored.connection, request)) continue;
      const { connection, read } = stored;
      const runs = this.store.history(id);
      if (!runs || !isSufficient(runs.history)) {
        yield { connection, runs: null, ageMs: this.ageMsOf(read) };
        continue;
      }
      const runsRead = newestRead(runs, this.follower.observed);
      const ageMs = Math.max(this.ageMsOf(read), this.ageMsOf(runsRead));
      yield { connection, runs: runs.history, ageMs };
    }
  }

  state(): MirrorState {
    const { observed, reloads } = this.follower;
    const { completedFrom } = this.sweeper;
    return {
      feedAgeMs: observed && this.ageMsOf(observed),
      listAgeMs: completedFrom && this.ageMsOf(completedFrom),
      connections: this.store.size,
      unreadConnections: this.store.unreadIds().length,
      isFull: this.store.isFull,
      reloads,
    };
  }

  private ageMsOf({ monotonicMs }: ReadStart): number {
    return this.clock.monotonicMs() - monotonicMs;
  }
}

/** Start of the newest read that shows the jobs: the newest tick, if they follow the feed. */
export function newestRead({ isFollowed, oldestRead }: StoredHistory, tick: ReadStart | null): ReadStart {
  return isFollowed && tick !== null && tick.number > oldestRead.number ? tick : oldestRead;
}
