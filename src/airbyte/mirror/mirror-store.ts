import type { AirbyteConnection, AirbyteJob } from '../client/model/airbyte-types';
import { hasEnded } from '../core/job-status';
import type { RunFacts } from '../core/status-facts';
import {
  completeHistory,
  contradicts,
  isSufficient,
  type JobHistory,
  withChangedJob,
  withOlderJob,
  withoutGap,
} from './job-history';
import type { ReadStart } from './read-start';

export interface StoredConnection {
  readonly connection: AirbyteConnection;
  readonly read: ReadStart;
  /** Number of the read that found the connection first. */
  readonly foundBy: number;
}

export interface StoredHistory {
  readonly history: JobHistory;
  /** The newest read that the history comes from. */
  readonly read: ReadStart;
  /** The oldest one: the walk reads the jobs of a connection one after another. */
  readonly oldestRead: ReadStart;
  /** Whether every change since `oldestRead` is in the history or will come with the feed. */
  readonly isFollowed: boolean;
}

/** Newest report of the feed about a connection whose jobs do not follow it. */
interface UnusedReport {
  readonly job: AirbyteJob;
  /** Number of the newest read that had begun. A later one includes the report. */
  readonly newest: number;
  /** Whether this is the only job that was reported or walked. */
  readonly isOnly: boolean;
}

/** Connections and jobs in memory. An older read never replaces the result of a newer one. */
export class MirrorStore {
  private readonly connections = new Map<string, StoredConnection>();
  private readonly histories = new Map<string, StoredHistory>();
  /** By connection. A walk may have passed the newest jobs of these, and a read may have begun before the report. */
  private readonly unused = new Map<string, UnusedReport>();
  private sortedIds: readonly string[] | null = null;
  /** The first read of the feed that is followed; null while none is. */
  private followedFrom: ReadStart | null = null;
  /** Number of the newest read that found a connection for which there was no memory; 0 if there was none. */
  private leftOutBy = 0;

  constructor(
    private readonly maxConnections: number,
    /** Called with the newest jobs of a connection when they suffice for a status, and when they have changed. */
    private readonly onJobs: (newestJobs: readonly AirbyteJob[]) => void = () => undefined,
  ) {}

  get size(): number {
    return this.connections.size;
  }

  /** Whether a connection was left out, because the memory is full. */
  get isFull(): boolean {
    return this.leftOutBy > 0;
  }

  connection(connectionId: string): StoredConnection | undefined {
    return this.connections.get(connectionId);
  }

  history(connectionId: string): StoredHistory | undefined {
    return this.histories.get(connectionId);
  }

  /** Ids of all connections, sorted. */
  ids(): readonly string[] {
    this.sortedIds ??= [...this.connections.keys()].sort();
    return this.sortedIds;
  }

  /** Ids of connections whose jobs do not suffice for a status. */
  unreadIds(): readonly string[] {
    return this.ids().filter((id) => !this.isKnown(id));
  }

  /** Whether the jobs suffice for a status and follow the feed. */
  isKnown(connectionId: string): boolean {
    const stored = this.histories.get(connectionId);
    return stored !== undefined && stored.isFollowed && isSufficient(stored.history);
  }

  /** Leaves out a new connection if the memory is full: see {@link isFull}. */
  putConnection(connection: AirbyteConnection, read: ReadStart): void {
    const { connectionId } = connection;
    const known = this.connections.get(connectionId);
    if (known && known.read.number > read.number) return;
    if (!known && this.connections.size >= this.maxConnections) {
      this.leftOutBy = Math.max(this.leftOutBy, read.number);
      return;
    }
    if (!known) this.sortedIds = null;
    this.connections.set(connectionId, { connection, read, foundBy: known?.foundBy ?? read.number });
  }

  /** Removes a connection unless a later read has found it. */
  removeConnection(connectionId: string, read: ReadStart): void {
    const known = this.connections.get(connectionId);
    if (!known || known.read.number > read.number) return;
    this.connections.delete(connectionId);
    this.histories.delete(connectionId);
    this.unused.delete(connectionId);
    this.sortedIds = null;
  }

  /** Removes every connection that a complete read, begun at `read`, has not found. */
  removeOthers(found: ReadonlySet<string>, read: ReadStart): void {
    for (const id of this.ids()) if (!found.has(id)) this.removeConnection(id, read);
    if (this.leftOutBy < read.number) this.leftOutBy = 0;
  }

  /** Stores a direct read of the newest jobs. */
  putHistory(connectionId: string, { newestJobs, newestSuccess }: RunFacts, read: ReadStart): void {
    const stored = this.connections.get(connectionId);
    const known = this.histories.get(connectionId);
    if (!stored || (known && known.read.number > read.number)) return;
    const facts = { newestJobs: newestJobs.map((job) => withIdOf(stored, job)), newestSuccess };
    const report = this.unused.get(connectionId);
    const isRecent =
      !report || read.number > report.newest || newestJobs.some((job) => isSameReport(job, report.job));
    const isFollowed = isRecent && this.isFollowedSince(read);
    if (isFollowed) this.unused.delete(connectionId);
    const history = completeHistory(facts);
    this.histories.set(connectionId, { history, read, oldestRead: read, isFollowed });
    this.onJobs(history.newestJobs);
  }

  /**
   * Adds a job that the feed reported.
   * @param newest number of the newest read that has begun by now
   * @returns false if it contradicts what is known: Airbyte is not the one that was read before
   */
  putChange(job: AirbyteJob, read: ReadStart, newest: number): boolean {
    const id = job.connectionId;
    const stored = this.connections.get(id);
    if (!stored) return true;
    const known = this.histories.get(id);
    if (known?.isFollowed !== true) {
      const before = this.unused.get(id);
      const isOnly = before === undefined || (before.isOnly && before.job.jobId === job.jobId);
      this.unused.set(id, { job, newest, isOnly });
      return true;
    }
    const same = known.history.newestJobs.find(({ jobId }) => jobId === job.jobId);
    const isOlder = known.read.number > read.number;
    if (same && isSameReport(same, job)) {
      if (!isOlder) this.histories.set(id, { ...known, read, oldestRead: read });
    } else if (isOlder) {
      // Whether the direct read or this report is newer cannot be known, unless the job had ended.
      if (!same || !hasEnded(same)) this.detach(id, known, { job, newest, isOnly: false });
    } else if (contradicts(known.history, job)) {
      return false;
    } else {
      const history = withChangedJob(known.history, withIdOf(stored, job));
      // A page of the walk that is on its way may have the job as it was before.
      if (history === known.history && !history.isComplete)
        this.detach(id, known, { job, newest, isOnly: false });
      else this.histories.set(id, { history, read, oldestRead: read, isFollowed: true });
      if (isSufficient(history)) this.onJobs(history.newestJobs);
    }
    return true;
  }

  /**
   * Adds a job of the walk from the newest to the oldest job of all. A connection that was found after the
   * start of the walk may have jobs that the walk does not show.
   * @returns true if the jobs of the connection suffice only now
   */
  putWalked(job: AirbyteJob, walk: ReadStart, page: ReadStart): boolean {
    const stored = this.connections.get(job.connectionId);
    if (!stored || stored.foundBy > walk.number || !this.isFollowedSince(walk)) return false;
    const before = this.histories.get(job.connectionId);
    const known = before?.isFollowed === true ? before : undefined;
    if (known?.history.isComplete === true) return false;
    if (!known && !this.includesReport(job)) return false;
    const isNewer = known !== undefined && known.read.number > page.number;
    if (isNewer && known.history.newestJobs.some(({ jobId }) => jobId === job.jobId)) return false;
    const history = withOlderJob(known?.history, withIdOf(stored, job));
    this.histories.set(job.connectionId, {
      history,
      read: isNewer ? known.read : page,
      oldestRead: known?.oldestRead ?? page,
      isFollowed: true,
    });
    const isSufficientNow = isSufficient(history) && !(known && isSufficient(known.history));
    if (isSufficientNow) this.onJobs(history.newestJobs);
    return isSufficientNow;
  }

  /** Call when the walk has read the oldest job of all: the known jobs of each connection are all that exist. */
  endWalk(walk: ReadStart): void {
    if (!this.isFollowedSince(walk)) return;
    for (const [id, { foundBy }] of this.connections) {
      if (foundBy > walk.number || this.unused.has(id)) continue;
      const before = this.histories.get(id);
      const known = before?.isFollowed === true ? before : undefined;
      const history = withoutGap(known?.history);
      this.onJobs(history.newestJobs);
      this.histories.set(id, {
        history,
        read: known?.read ?? walk,
        oldestRead: known?.oldestRead ?? walk,
        isFollowed: true,
      });
    }
  }

  /** Call when the feed begins anew. Jobs that were read before do not follow it. */
  follow(from: ReadStart): void {
    this.followedFrom = from;
    this.detachAll();
  }

  /** Call when no feed is followed any more. */
  unfollow(): void {
    this.followedFrom = null;
    this.detachAll();
  }

  /** Whether the walked job is the first one of its connection and as new as the newest report of it. */
  private includesReport(job: AirbyteJob): boolean {
    const report = this.unused.get(job.connectionId);
    if (!report) return true;
    if (report.isOnly && isSameReport(report.job, job)) return this.unused.delete(job.connectionId);
    this.unused.set(job.connectionId, { ...report, isOnly: false });
    return false;
  }

  private detach(connectionId: string, known: StoredHistory, report: UnusedReport): void {
    this.histories.set(connectionId, { ...known, isFollowed: false });
    this.unused.set(connectionId, report);
  }

  private detachAll(): void {
    this.unused.clear();
    for (const [id, stored] of this.histories)
      if (stored.isFollowed) this.histories.set(id, { ...stored, isFollowed: false });
  }

  isFollowedSince(read: ReadStart): boolean {
    return this.followedFrom !== null && read.number >= this.followedFrom.number;
  }
}

/** Replaces the id by that of the connection, so that each id is in memory once. */
function withIdOf({ connection: { connectionId } }: StoredConnection, job: AirbyteJob): AirbyteJob {
  return { ...job, connectionId };
}

function isSameReport(a: AirbyteJob, b: AirbyteJob): boolean {
  return (
    a.jobId === b.jobId &&
    a.status === b.status &&
    a.startTimeMs === b.startTimeMs &&
    a.lastUpdatedAtMs === b.lastUpdatedAtMs &&
    a.rowsSynced === b.rowsSynced &&
    a.bytesSynced === b.bytesSynced
  );
}
