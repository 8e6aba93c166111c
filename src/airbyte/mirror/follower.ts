import { Logger } from '@nestjs/common';
import type { Clock } from '../../lib/clock';
import { SharedRun } from '../../lib/shared-run';
import type { AirbyteClient } from '../client/airbyte.client';
import { AirbyteError } from '../client/model/airbyte-errors';
import type { AirbyteJob, CallContext } from '../client/model/airbyte-types';
import type { Changes } from '../core/changes';
import { type FeedCursor, type FeedRead, JobFeed } from './job-feed';
import type { MirrorStore } from './mirror-store';
import { isBusy, isUnreachable } from './outage';
import { beginRead, type ReadStart } from './read-start';

/** Airbyte's times beyond this are wrong. Smaller than the overlap of the feed. */
const MAX_AHEAD_MS = 30_000;
/** A clock of Airbyte that was set back by more restarts the feed: changes have earlier times than known ones. */
const MAX_STEP_BACK_MS = 5000;
/** Gaps in a row after which the feed is not used for a while. */
const MAX_GAPS = 3;
const PAUSE_MS = 300_000;
/** Failures in a row of the feed alone, after which it is not used for a while. */
const MAX_REFUSALS = 3;

/** Position of the feed; null: not followed. An empty Airbyte has no cursor. */
interface Following {
  readonly cursor: FeedCursor | null;
  /** Offset of Airbyte's clock at the newest read. */
  readonly aheadMs: number;
}

/** Receives what the feed reports. */
export interface FeedListener {
  /**
   * Every change since the report before, and some earlier ones again; oldest first.
   * @param readAt start of the read
   */
  onChanges(jobs: readonly AirbyteJob[], readAt: Date): void;
  /** Changes before this call may be in no report. */
  onGap(): void;
}

/** Follows the feed of jobs: each tick adds what has changed since the tick before. */
export class Follower {
  /** Start of the newest successful tick; null if the feed is not followed. */
  observed: ReadStart | null = null;
  /** Error of the newest tick if Airbyte cannot be reached; otherwise null. */
  failure: AirbyteError | null = null;
  /** Number of times that all jobs had to be loaded again since the start of the gateway. */
  reloads = 0;
  listener: FeedListener | null = null;
  private readonly feed: JobFeed;
  private readonly log = new Logger('Mirror');
  private following: Following | null = null;
  private readonly ticks = new SharedRun();
  private gaps = 0;
  private refusals = 0;
  private pausedUntilMs = 0;

  constructor(
    private readonly client: AirbyteClient,
    private readonly store: MirrorStore,
    private readonly changes: Changes,
    private readonly clock: Clock,
  ) {
    this.feed = new JobFeed(client);
  }

  /** Whether the stored jobs follow the feed. */
  get isFollowing(): boolean {
    return this.following !== null;
  }

  /** Reads the feed once. All who call meanwhile share the read. Never rejects because of Airbyte. */
  tick(context: CallContext): Promise<void> {
    return this.ticks.run(() => this.readOnce(context));
  }

  /** Call when no tick will follow for a while: its failure says nothing about a later time. */
  rest(): void {
    this.failure = null;
  }

  private async readOnce(context: CallContext): Promise<void> {
    if (this.clock.monotonicMs() < this.pausedUntilMs) return;
    try {
      await this.readFeed(context);
      this.failure = null;
      this.refusals = 0;
    } catch (error) {
      if (!(error instanceof AirbyteError)) throw error;
      this.failure = isUnreachable(error) ? error : null;
      if (!isUnreachable(error) && !isBusy(error)) this.refusals += 1;
      if (this.refusals >= MAX_REFUSALS) this.pause(error.message);
    }
  }

  private async readFeed(context: CallContext): Promise<void> {
    const { following } = this;
    if (following === null) {
      await this.follow(context);
      return;
    }
    const read = beginRead(this.clock, this.changes);
    const result = await this.feed.read(following.cursor, this.latestMs(), context);
    const aheadMs = this.client.caller.upstreamClock.newestAheadMs;
    if (following.aheadMs - aheadMs > MAX_STEP_BACK_MS) {
      await this.refollow("Airbyte's clock was set back", context);
    } else if (result.kind !== 'changes') {
      await this.refuse(result, context);
    } else if (result.jobs.every((job) => this.store.putChange(job, read, this.changes.newest))) {
      this.gaps = 0;
      this.following = { cursor: result.cursor, aheadMs };
      this.observed = read;
      this.listener?.onChanges(result.jobs, read.at);
    } else {
      await this.refollow('a known job has changed its identity', context);
    }
  }

  /** Begins to follow: from now on every read of jobs is kept up to date by the feed. */
  private async follow(context: CallContext): Promise<void> {
    const read = beginRead(this.clock, this.changes);
    const head = await this.feed.readHead(this.latestMs(), context);
    if (head.kind !== 'changes') {
      await this.refuse(head, context);
      return;
    }
    this.following = { cursor: head.cursor, aheadMs: this.client.caller.upstreamClock.newestAheadMs };
    this.store.follow(read);
    this.observed = read;
    this.listener?.onGap();
  }

  /**
   * All jobs whose status changed since a time of Airbyte's clock, oldest first, independent of the position of the feed.
   * @param maxJobs of more, the newest are returned
   */
  changesSince(timeMs: number, maxJobs: number, context: CallContext): Promise<readonly AirbyteJob[]> {
    return this.feed.readSince(Math.min(timeMs, this.latestMs()), maxJobs, context);
  }

  private async refuse(result: Exclude<FeedRead, { kind: 'changes' }>, context: CallContext): Promise<void> {
    if (result.kind === 'gap') await this.refollow(result.reason, context);
    else this.pause('it ignores the order or the filter of the job list');
  }

  /** After a gap, all jobs have to be loaded again. */
  private async refollow(reason: string, context: CallContext): Promise<void> {
    this.unfollow();
    this.gaps += 1;
    this.reloads += 1;
    if (this.gaps >= MAX_GAPS) {
      this.pause(reason);
      return;
    }
    this.log.warn(`Loading all jobs again: ${reason}.`);
    await this.follow(context);
  }

  private pause(reason: string): void {
    this.unfollow();
    this.gaps = 0;
    this.refusals = 0;
    this.pausedUntilMs = this.clock.monotonicMs() + PAUSE_MS;
    this.log.warn(`Airbyte's job list cannot be followed: ${reason}. Each status is read directly.`);
  }

  private unfollow(): void {
    this.following = null;
    this.observed = null;
    this.store.unfollow();
  }

  /** If this estimate is too early, because a proxy writes a wrong time, a read only covers a longer time. */
  private latestMs(): number {
    const { newestAheadMs } = this.client.caller.upstreamClock;
    return this.clock.now().getTime() + newestAheadMs + MAX_AHEAD_MS;
  }
}
