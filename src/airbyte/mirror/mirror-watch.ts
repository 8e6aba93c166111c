import type { RequestContext } from '../../http/request-context';
import type { AirbyteClient } from '../client/airbyte.client';
import { AirbyteError } from '../client/model/airbyte-errors';
import type { AirbyteConnection, AirbyteJob } from '../client/model/airbyte-types';
import type { RunFailureDto } from '../core/dto/run-failure.dto';
import { failuresInARow } from '../core/job-status';
import { isDeleted } from '../core/ingestion-mapper';
import type { Details } from './details';
import type { FeedListener, Follower } from './follower';
import type { MirrorLoops } from './mirror-loops';
import type { MirrorStore } from './mirror-store';
import type { ObservedIngestion } from './observed-ingestion';
import type { Sweeper } from './sweeper';

/** The parts of the mirror that a watcher looks at. */
interface WatchParts {
  readonly client: AirbyteClient;
  readonly store: MirrorStore;
  readonly follower: Follower;
  readonly sweeper: Sweeper;
  readonly loops: MirrorLoops;
  readonly details: Details;
}

/** Reads for all callers, so they belong to none. */
const FOR_ALL: RequestContext = { requestId: 'watch' };

/** Looks at every ingestion of the mirror, whoever may see it. */
export class MirrorWatch {
  constructor(
    private readonly parts: WatchParts,
    private readonly recentFacts: (connectionId: string, request: RequestContext) => ObservedIngestion | null,
  ) {}

  /** The listener of the feed. There is one. */
  listen(listener: FeedListener): void {
    this.parts.follower.listener = listener;
  }

  /** Whether each change of a job will be reported to the listener. */
  get isFollowing(): boolean {
    return this.parts.follower.isFollowing;
  }

  /** Whether the list of connections was read once. */
  get hasList(): boolean {
    return this.parts.sweeper.completedFrom !== null;
  }

  /** Number of the newest complete read of the list of connections; null before it, or if not all fit into the memory. */
  get completeRead(): number | null {
    const { sweeper, store } = this.parts;
    return store.isFull ? null : (sweeper.completedFrom?.number ?? null);
  }

  /** Ids of all known connections, sorted. The array is a new one only if they have changed. */
  ids(): readonly string[] {
    return this.parts.store.ids();
  }

  /** The newest known state of a connection. */
  connection(connectionId: string): AirbyteConnection | null {
    return this.parts.store.connection(connectionId)?.connection ?? null;
  }

  /** The stored facts if the runs among them are recent, without an upstream call; otherwise null. */
  current(connectionId: string): ObservedIngestion | null {
    return this.recentFacts(connectionId, FOR_ALL);
  }

  /**
   * All jobs whose status changed since a time of Airbyte's clock, oldest first.
   * @param maxJobs of more, the newest are returned
   */
  changesSince(timeMs: number, maxJobs: number): Promise<readonly AirbyteJob[]> {
    return this.parts.follower.changesSince(timeMs, maxJobs, this.parts.loops.context);
  }

  /**
   * Reasons of failed runs. They are read if necessary, for at most a second in total.
   * @returns in the order of `jobs`; null for a run that is not the newest failure of its ingestion, and where no reason is known
   */
  async failuresOf(jobs: readonly AirbyteJob[]): Promise<readonly (RunFailureDto | null)[]> {
    const { details } = this.parts;
    const histories = jobs.map((job) => this.historyIfNewestFailure(job));
    await details.loadFailures(histories.filter((history) => history !== null));
    return histories.map((history) => history && details.failures.of(history));
  }

  private historyIfNewestFailure(job: AirbyteJob): readonly AirbyteJob[] | null {
    const history = this.parts.store.history(job.connectionId)?.history.newestJobs ?? [job];
    return failuresInARow(history)[0]?.jobId === job.jobId ? history : null;
  }

  /** Whether Airbyte says that a connection is deleted. A refused read does not say so: permissions may have changed. */
  async isDeleted(connectionId: string): Promise<boolean> {
    try {
      return isDeleted(await this.parts.client.getConnection(connectionId, this.parts.loops.context));
    } catch (error) {
      if (error instanceof AirbyteError && error.kind === 'not_found') return true;
      throw error;
    }
  }
}
