import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { ProblemException } from '../../api/problem/problem.exception';
import { type ResolvedSettings, SETTINGS } from '../../config/settings-types';
import { CLOCK, type Clock } from '../../lib/clock';
import { stackOf } from '../../lib/stack-of';
import { AirbyteClient } from '../client/airbyte.client';
import { AirbyteError } from '../client/model/airbyte-errors';
import type { CallContext } from '../client/model/airbyte-types';
import type { Pause } from '../core/pause';
import { withSharedTurn } from '../core/shared-turn';
import { isNotFoundError } from '../core/upstream-problem';
import { Mirror } from '../mirror/mirror';
import { PauseWriter } from './pause-writer';
import { ResumeLease } from './resume-lease';

/** While a pause has an end, the mirror must not stop. Shorter than the time after which it does. */
const FOLLOW_MS = 20_000;
/** Time between two searches for pauses in all ingestions: other gateways may have made some. */
const LOOK_UP_MS = 600_000;
const FIRST_RETRY_MS = 5_000;
const MAX_RETRY_MS = 300_000;
/** An activation later than this is logged as late. */
const LATE_MS = 60_000;

interface Pending {
  readonly until: Date;
  readonly failures: number;
  /** Monotonic, ms. */
  readonly retryAtMs: number;
}

/** An attempt that has to be repeated. */
class NotYet extends Error {}

/**
 * Activates ingestions at the end of their pauses. Airbyte's timeline keeps the ends, so a restarted gateway finds them there, and
 * one that was down activates late. Each pause is read directly before, so that one that somebody has changed is left alone.
 */
@Injectable()
export class Resumer implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger('Pauses');
  private readonly pending = new Map<string, Pending>();
  private readonly stopping = new AbortController();
  private wake = new AbortController();
  /** Monotonic, ms. */
  private lookUpAtMs = 0;

  constructor(
    private readonly client: AirbyteClient,
    private readonly writer: PauseWriter,
    private readonly mirror: Mirror,
    private readonly lease: ResumeLease,
    @Inject(SETTINGS) private readonly settings: ResolvedSettings,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.settings.airbyte.usesInternalApi) return;
    this.mirror.pauses.onRead((connectionId, pause) => {
      this.note(connectionId, pause);
    });
    void this.run();
  }

  onModuleDestroy(): void {
    this.stopping.abort();
  }

  /** Call with the newest pause of an ingestion; null: it has none. */
  note(connectionId: string, pause: Pause | null): void {
    const until = pause?.by === 'gateway' ? pause.until : null;
    const known = this.pending.get(connectionId);
    if (until === null) {
      this.pending.delete(connectionId);
    } else if (known?.until.getTime() !== until.getTime()) {
      if (!known && this.pending.size >= this.settings.mirror.maxConnections) return;
      this.pending.set(connectionId, { until, failures: 0, retryAtMs: 0 });
      this.wake.abort();
    }
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const pauseMs = await this.step();
      this.wake = new AbortController();
      await this.clock.wait(pauseMs, AbortSignal.any([this.stopping.signal, this.wake.signal]));
    }
  }

  /** A fault of the gateway must not end the loop: no pause would end any more. @returns the time to the next step in ms */
  private async step(): Promise<number> {
    try {
      this.follow();
      await this.resumeDue();
      return this.untilNextMs();
    } catch (error) {
      this.log.error(stackOf(error));
      return MAX_RETRY_MS;
    }
  }

  /** Keeps the mirror running while an end is near or a pause may be unknown. */
  private follow(): void {
    const nowMs = this.clock.monotonicMs();
    for (const id of this.pending.keys()) if (this.mirror.pauses.isActive(id)) this.pending.delete(id);
    const isLookingUp = nowMs >= this.lookUpAtMs;
    if (isLookingUp || this.pending.size > 0) this.mirror.pauses.follow();
    if (isLookingUp && this.mirror.pauses.isComplete) this.lookUpAtMs = nowMs + LOOK_UP_MS;
  }

  private untilNextMs(): number {
    const nowMs = this.clock.monotonicMs();
    const isFollowing = this.pending.size > 0 || nowMs >= this.lookUpAtMs;
    let nextMs = isFollowing ? FOLLOW_MS : this.lookUpAtMs - nowMs;
    for (const pending of this.pending.values()) nextMs = Math.min(nextMs, this.dueInMs(pending));
    return Math.max(0, nextMs);
  }

  private dueInMs({ until, retryAtMs }: Pending): number {
    const untilMs = until.getTime() - this.mirror.airbyteNow().getTime();
    return Math.max(untilMs, retryAtMs - this.clock.monotonicMs());
  }

  private async resumeDue(): Promise<void> {
    for (const [connectionId, pending] of [...this.pending]) {
      if (this.stopping.signal.aborted) return;
      if (this.dueInMs(pending) <= 0) await this.resume(connectionId, pending);
    }
  }

  private async resume(connectionId: string, pending: Pending): Promise<void> {
    if (!(await this.lease.take(connectionId))) {
      this.retryLater(connectionId, { ...pending, failures: 0 });
      return;
    }
    try {
      await this.resumeNow(connectionId);
    } catch (error) {
      if (!(error instanceof ProblemException || error instanceof AirbyteError || error instanceof NotYet))
        throw error;
      if (!this.stopping.signal.aborted && pending.failures === 0)
        this.log.warn(
          `The pause of ingestion ${connectionId} is over, but it is still paused: ${error.message}`,
        );
      this.retryLater(connectionId, pending);
      await this.lease.release(connectionId);
    }
  }

  private retryLater(connectionId: string, { until, failures }: Pending): void {
    if (this.pending.get(connectionId)?.until.getTime() !== until.getTime()) return;
    const delayMs = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** failures);
    const retryAtMs = this.clock.monotonicMs() + delayMs;
    this.pending.set(connectionId, { until, failures: failures + 1, retryAtMs });
  }

  private async resumeNow(connectionId: string): Promise<void> {
    const context = this.client.withDeadline(withSharedTurn({ signal: this.stopping.signal }));
    const status = await this.statusOf(connectionId, context);
    if (status !== 'inactive') {
      this.pending.delete(connectionId);
      return;
    }
    const pause = await this.writer.read(connectionId, context);
    if (pause === undefined) throw new NotYet("Airbyte's timeline cannot be read");
    this.note(connectionId, pause);
    const until = this.pending.get(connectionId)?.until;
    const now = this.mirror.airbyteNow();
    if (!until || until > now) return;
    await this.writer.resume(connectionId, until, context);
    this.pending.delete(connectionId);
    const lateMs = now.getTime() - until.getTime();
    const late = lateMs > LATE_MS ? `, ${Math.round(lateMs / 1000)} s late` : '';
    this.log.log(`Ingestion ${connectionId} is active again: its pause is over${late}.`);
  }

  /** @returns null if the ingestion does not exist any more */
  private async statusOf(connectionId: string, context: CallContext): Promise<string | null> {
    try {
      return (await this.client.getConnection(connectionId, context)).status;
    } catch (error) {
      if (error instanceof AirbyteError && isNotFoundError(error, connectionId)) return null;
      throw error;
    }
  }
}
