import type { AirbyteJob } from '../client/airbyte.types';
import { nextSyncs, type Timing } from '../schedule';

/** Where to look for firings from. */
export interface FiringQuery {
  readonly timing: Timing;
  /** Firings strictly after this moment. */
  readonly from: Date;
  /** Start of the job that counts as the one before; null for none. */
  readonly startedAt: Date | null;
  readonly count: number;
}

interface Answer extends FiringQuery {
  readonly firings: readonly Date[];
}

/** Each rule asks its own question of the same jobs. */
const KEPT = 3;
const answers = new WeakMap<readonly AirbyteJob[], Answer[]>();

/**
 * The firings of an active connection's schedule. Finding them takes longer than all else in a status, and many ask
 * for the same one, so they are kept as long as the jobs from which they were computed.
 */
export function firingsOf(newestJobs: readonly AirbyteJob[], query: FiringQuery): readonly Date[] {
  const known = answers.get(newestJobs) ?? [];
  const found = known.find((answer) => stillHolds(answer, query));
  if (found) return found.firings;
  const { timing, from, startedAt, count } = query;
  const firings = nextSyncs(timing, { now: from, isActive: true, newestJobStartedAt: startedAt, count });
  answers.set(newestJobs, [...known.slice(-KEPT), { ...query, firings }]);
  return firings;
}

/** Between the moment that was asked from and the first firing, the answer stays the same. */
function stillHolds({ timing, from, startedAt, count, firings }: Answer, query: FiringQuery): boolean {
  const [first] = firings;
  return (
    timing === query.timing &&
    startedAt === query.startedAt &&
    count === query.count &&
    from <= query.from &&
    (!first || query.from < first)
  );
}
