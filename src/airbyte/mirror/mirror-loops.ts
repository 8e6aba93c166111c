import { Logger } from '@nestjs/common';
import type { Clock } from '../../lib/clock';
import { stackOf } from '../../lib/stack-of';
import type { AirbyteClient } from '../client/airbyte.client';
import { AirbyteError } from '../client/model/airbyte-errors';
import type { AirbyteConnection, CallContext } from '../client/model/airbyte-types';
import type { Changes } from '../core/changes';
import { withSharedTurn } from '../core/shared-turn';
import { readRunFacts } from './direct-reader';
import type { Follower } from './follower';
import { JobWalk } from './job-walk';
import type { MirrorStore } from './mirror-store';
import type { Pauses } from './pauses';
import { beginRead } from './read-start';
import { sweepPauseMs } from './sweep-pace';
import type { Sweeper } from './sweeper';

/** Without readers for this long, nothing is read, unless a reader asked for a longer time. */
const IDLE_MS = 60_000;
/** Ticks are at least this far apart, also if somebody wants one at once. */
const MIN_TICK_PAUSE_MS = 500;
/** Pause between two single reads of jobs that the walk has not found. */
const SINGLE_PAUSE_MS = 100;

export interface LoopSettings {
  readonly feedIntervalMs: number;
  readonly connectionMaxAgeMs: number;
}

/** The parts of the mirror that the loops drive. */
export interface LoopParts {
  readonly client: AirbyteClient;
  readonly store: MirrorStore;
  readonly follower: Follower;
  readonly sweeper: Sweeper;
  readonly pauses: Pauses;
  readonly changes: Changes;
  readonly clock: Clock;
}

/**
 * Keeps the store up to date while anybody reads it. One loop follows the feed. The other one reads, one call
 * at a time: pages of connections, pauses and jobs that are not known yet, and known jobs again, because Airbyte may
 * delete old jobs without notice.
 */
export class MirrorLoops {
  private stopping = new AbortController();
  private readonly running = new Set<() => Promise<void>>();
  private readonly loops = [(): Promise<void> => this.followFeed(), (): Promise<void> => this.maintain()];
  private demandedUntilMs = 0;
  private walk: JobWalk | null = null;
  private readonly log = new Logger('Mirror');
  private unreadTurn = 0;
  private verificationTurn = 0;
  private nextSweepAtMs = 0;
  private nextSingleAtMs = 0;
  private nextVerificationAtMs = 0;
  private nextPauseAtMs = 0;
  private pauseTurn = 0;
  private isHurried = false;
  private endPause: () => void = () => undefined;

  private readonly client: AirbyteClient;
  private readonly store: MirrorStore;
  private readonly follower: Follower;
  private readonly sweeper: Sweeper;
  private readonly pauses: Pauses;
  private readonly changes: Changes;
  private readonly clock: Clock;

  constructor(
    parts: LoopParts,
    private readonly settings: LoopSettings,
    private readonly onTick: () => void,
  ) {
    ({
      client: this.client,
      store: this.store,
      follower: this.follower,
      sweeper: this.sweeper,
      pauses: this.pauses,
      changes: this.changes,
      clock: this.clock,
    } = parts);
  }

  /**
   * Call for each read. Starts the loops if they do not run.
   * @param followMs the loops run at least this long from now
   */
  demand(followMs = IDLE_MS): void {
    this.demandedUntilMs = Math.max(this.demandedUntilMs, this.clock.monotonicMs() + followMs);
    if (this.settings.feedIntervalMs === 0 || this.stopping.signal.aborted) return;
    for (const loop of this.loops) if (!this.running.has(loop)) void this.run(loop);
  }

  stop(): void {
    this.stopping.abort();
  }

  /** Makes the next tick come soon, if the feed is followed. Calls before it count as one. */
  hurry(): void {
    this.isHurried = true;
    this.endPause();
  }

  /** The walk that loads the jobs of the followed feed; null if there is none. */
  currentWalk(): JobWalk | null {
    if (!this.follower.isFollowing || this.sweeper.completedFrom === null) return null;
    if (this.walk === null || !this.store.isFollowedSince(this.walk.start))
      this.walk = new JobWalk(this.client, this.store, this.changes, this.clock);
    return this.walk;
  }

  private async run(loop: () => Promise<void>): Promise<void> {
    this.running.add(loop);
    try {
      await loop();
    } catch (error) {
      // A fault of the gateway. Reads are direct until the next one starts the loop again.
      this.log.error(stackOf(error));
    }
    this.running.delete(loop);
  }

  private isDemanded(): boolean {
    const isIdle = this.clock.monotonicMs() > this.demandedUntilMs;
    return !isIdle && !this.stopping.signal.aborted;
  }

  /** For reads that all callers share. */
  get context(): CallContext {
    return withSharedTurn({ signal: this.stopping.signal });
  }

  private async followFeed(): Promise<void> {
    while (this.isDemanded()) {
      const startedAtMs = this.clock.monotonicMs();
      await this.follower.tick(this.context);
      this.onTick();
      await this.pauseFeed(startedAtMs);
    }
    this.follower.rest();
  }

  private async pauseFeed(startedAtMs: number): Promise<void> {
    const { feedIntervalMs } = this.settings;
    const leftOf = (ms: number): number => Math.max(0, ms - (this.clock.monotonicMs() - startedAtMs));
    await this.pause(leftOf(Math.min(MIN_TICK_PAUSE_MS, feedIntervalMs)));
    if (!this.isHurried) {
      const hurried = new AbortController();
      this.endPause = () => {
        hurried.abort();
      };
      const signal = AbortSignal.any([this.stopping.signal, hurried.signal]);
      await this.clock.wait(leftOf(feedIntervalMs), signal);
    }
    this.isHurried = false;
  }

  private async maintain(): Promise<void> {
    while (this.isDemanded()) {
      try {
        await this.pause(await this.maintainOnce());
      } catch (error) {
        if (!(error instanceof AirbyteError)) throw error;
        // The feed reports the outage.
        await this.pause(this.settings.feedIntervalMs);
      }
    }
  }

  /** Does the first thing that is due. @returns the pause until the next one is due */
  private async maintainOnce(): Promise<number> {
    const nowMs = this.clock.monotonicMs();
    if (nowMs >= this.nextSweepAtMs) {
      await this.sweeper.step(this.context);
      const pauseMs =
        this.sweeper.completedFrom === null
          ? 0
          : sweepPauseMs(this.sweeper.cost, this.settings.connectionMaxAgeMs);
      this.nextSweepAtMs = nowMs + pauseMs;
      return 0;
    }
    const unknownPause = this.dueUnknownPause(nowMs);
    if (unknownPause) {
      await this.pauses.load(unknownPause);
      this.nextPauseAtMs = nowMs + SINGLE_PAUSE_MS;
      return 0;
    }
    // Without a feed, jobs that were read would be too old at once.
    if (!this.follower.isFollowing) {
      const retryMs = this.settings.feedIntervalMs;
      return Math.min(this.nextSweepAtMs - nowMs, retryMs);
    }
    const walk = this.currentWalk();
    if (walk && !walk.isOver) {
      await walk.step(this.context);
    } else if (nowMs >= this.nextSingleAtMs) {
      this.nextSingleAtMs = nowMs + (await this.readUnread());
    } else if (nowMs >= this.nextVerificationAtMs) {
      await this.verifyNext();
      this.nextVerificationAtMs = nowMs + this.settings.feedIntervalMs;
    } else {
      const dueAtMs = [
        this.nextSweepAtMs,
        this.nextPauseAtMs,
        this.nextVerificationAtMs,
        this.nextSingleAtMs,
      ];
      return Math.min(...dueAtMs) - nowMs;
    }
    return 0;
  }

  /** @returns the pause until the next read; a long one if all jobs are known or these cannot be read */
  private async readUnread(): Promise<number> {
    const next = inTurn(this.store.unreadIds(), this.unreadTurn++);
    const isRead = next !== undefined && (await this.readRuns(next));
    return isRead ? SINGLE_PAUSE_MS : this.settings.feedIntervalMs;
  }

  /** A connection whose pause is to be read now. */
  private dueUnknownPause(nowMs: number): AirbyteConnection | undefined {
    if (nowMs < this.nextPauseAtMs) return undefined;
    this.nextPauseAtMs = nowMs + this.settings.feedIntervalMs;
    return inTurn(this.pauses.unknownIn(this.store), this.pauseTurn++);
  }

  private async verifyNext(): Promise<void> {
    const next = inTurn(this.store.ids(), this.verificationTurn++);
    if (next !== undefined) await this.readRuns(next);
  }

  /** @returns false if Airbyte cannot read the jobs of this connection, which must not delay the sweep */
  private async readRuns(connectionId: string): Promise<boolean> {
    const read = beginRead(this.clock, this.changes);
    try {
      this.store.putHistory(connectionId, await readRunFacts(this.client, connectionId, this.context), read);
      return true;
    } catch (error) {
      if (error instanceof AirbyteError) return false;
      throw error;
    }
  }

  private pause(ms: number): Promise<void> {
    return this.clock.wait(Math.max(0, ms), this.stopping.signal);
  }
}

/** A failure of one connection must not keep the others waiting, so they take turns. */
function inTurn<T>(ids: readonly T[], turn: number): T | undefined {
  return ids[turn % Math.max(1, ids.length)];
}
