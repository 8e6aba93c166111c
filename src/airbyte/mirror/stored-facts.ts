import type { RequestContext } from '../../http/request-context';
import type { Settings } from '../../config/settings-types';
import type { Clock } from '../../lib/clock';
import type { AirbyteError } from '../client/model/airbyte-errors';
import type { Changes } from '../core/changes';
import { isVisibleTo } from '../core/visibility';
import type { Details } from './details';
import type { ConnectionFact, RunsFact } from './direct-reader';
import type { Follower } from './follower';
import { isSufficient } from './job-history';
import { newestRead } from './memory-view';
import type { MirrorStore } from './mirror-store';
import type { ObservedIngestion } from './observed-ingestion';
import type { ReadStart } from './read-start';

/** Demands of a caller on the facts. */
export interface Wanted {
  /** Maximum age; null: only the limits of the settings. */
  readonly maxAgeMs: number | null;
  /** Whether all of the newest 40 jobs are needed. A status itself needs those since the newest success. */
  readonly needsAllJobs: boolean;
}

export const ANY: Wanted = { maxAgeMs: null, needsAllJobs: false };

type Facts = ConnectionFact & RunsFact;

/** Stored facts of an ingestion that a caller may see. */
export interface KnownFacts extends Facts {
  readonly hasRecentConnection: boolean;
  readonly hasRecentRuns: boolean;
}

/** Parts of the mirror that the facts come from. */
interface Sources {
  readonly store: MirrorStore;
  readonly follower: Follower;
  readonly changes: Changes;
  readonly details: Details;
  readonly clock: Clock;
}

/** A tick may begin and take this much later than the interval says. */
const LIVE_INTERVALS = 2;
const TICK_MS = 1000;

/** Decides which stored facts may answer a request. */
export class StoredFacts {
  constructor(
    private readonly sources: Sources,
    private readonly settings: Pick<Settings, 'mirror' | 'statusMaxAgeMs'>,
  ) {}

  /** Those that the caller may see; null also if a change through the gateway is newer. */
  known(
    connectionId: string,
    request: RequestContext,
    { maxAgeMs, needsAllJobs }: Wanted,
  ): KnownFacts | null {
    const { store, follower, changes } = this.sources;
    const stored = store.connection(connectionId);
    const runs = store.history(connectionId);
    if (!stored || !runs || !isVisibleTo(stored.connection, request)) return null;
    if (needsAllJobs ? !runs.history.isComplete : !isSufficient(runs.history)) return null;
    const { observed } = follower;
    const isFollowed = runs.isFollowed && observed !== null;
    const runsRead = newestRead(runs, observed);
    const change = changes.lastOf(connectionId);
    if (stored.read.number < change || runsRead.number < change) return null;
    const { feedIntervalMs, connectionMaxAgeMs } = this.settings.mirror;
    const ownLimitMs = maxAgeMs === null ? Infinity : Math.max(maxAgeMs, this.settings.statusMaxAgeMs);
    const connectionLimitMs = feedIntervalMs > 0 ? connectionMaxAgeMs : 0;
    const runsLimitMs = isFollowed ? LIVE_INTERVALS * feedIntervalMs + TICK_MS : 0;
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

  /** Whether the facts are recent enough to answer while Airbyte cannot be read. */
  areUsable({ connectionRead, runsRead }: Facts): boolean {
    const oldestMs = Math.max(this.ageMsOf(connectionRead), this.ageMsOf(runsRead));
    return oldestMs <= this.settings.mirror.staleIfErrorMs;
  }

  ageMsOf({ monotonicMs }: ReadStart): number {
    return this.sources.clock.monotonicMs() - monotonicMs;
  }

  /** @param failure reason why no newer facts could be read; null if these are recent */
  observed(facts: Facts, failure: AirbyteError | null): ObservedIngestion {
    const { connection, connectionRead, newestJobs, newestSuccess, runsRead } = facts;
    const oldest = connectionRead.monotonicMs < runsRead.monotonicMs ? connectionRead : runsRead;
    const ageMs = this.ageMsOf(oldest);
    const details = this.sources.details.of(connection, newestJobs);
    const readNumber = Math.min(connectionRead.number, runsRead.number);
    const observedAt = oldest.at;
    return { connection, newestJobs, newestSuccess, ...details, observedAt, ageMs, readNumber, failure };
  }
}
