import { Logger } from '@nestjs/common';
import { ProblemException } from '../../api/problem/problem.exception';
import { EventStoreUnavailable } from '../../events/log/event-store';
import type { EventLog } from '../../events/log/event-log';
import type { AutomaticReason } from '../../events/event-types';
import type { Clock } from '../../lib/clock';
import { stackOf } from '../../lib/stack-of';
import type { StoredWebhook, WebhookStore } from '../store/webhook-store';
import type { Delivery, LogCursor, WebhookConfig } from '../webhook';
import type { Attempter } from './attempter';
import { collect } from './collector';
import { afterAttempt, FAILING_LIMIT_MS, isGone } from './retry-plan';
import type { Slots } from './slots';

/** Pause between two looks for events, and after a failure of the storage. */
const PAUSE_MS = 500;
/** Due deliveries that are read after each attempt: several times as many as are sent at the same time. */
const BATCH = 16;
/** With more unfinished deliveries, further events wait in the log. */
const MAX_PENDING = 5000;
const MAX_FINISHED = 10_000;
/** A cursor that only passes over unwanted events is stored this often. */
const STORE_CURSOR_MS = 30_000;

export interface LaneParts {
  readonly store: WebhookStore;
  readonly log: EventLog;
  readonly attempter: Attempter;
  readonly slots: Slots;
  readonly clock: Clock;
  readonly retentionMs: number;
  /** Newest position of the log; null: unknown. */
  readonly newest: () => string | null;
}

/** Delivers to one webhook, independently of all others. */
export class Lane {
  private readonly stopping = new AbortController();
  /** Ingestion of each event that is being sent. */
  private readonly inFlight = new Map<string, string | null>();
  private readonly log = new Logger('Webhooks');
  private cursor: LogCursor;
  private storedAtMs: number;
  private failingSinceMs: number | null;
  private nextDueAtMs: number | null = 0;
  private pending = 0;
  private hasMore = false;
  private isFailing = false;
  private isWoken = false;
  private wakeUp: () => void = () => undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private webhook: StoredWebhook,
    private readonly parts: LaneParts,
  ) {
    this.cursor = webhook.cursor;
    this.failingSinceMs = webhook.failingSinceMs;
    this.storedAtMs = parts.clock.monotonicMs();
  }

  /** It starts no more attempts, because it was stopped or the webhook was disabled. */
  get isOver(): boolean {
    return this.stopping.signal.aborted;
  }

  start(): void {
    this.running = this.run();
  }

  /** Call with the newest state of the storage. A caller may have changed the webhook, or what is to be sent. */
  refresh(webhook: StoredWebhook): void {
    if (webhook.version === this.webhook.version) return;
    this.webhook = webhook;
    this.cursor = webhook.cursor;
    this.failingSinceMs = webhook.failingSinceMs;
    this.nextDueAtMs = 0;
    this.hasMore = true;
    this.wake();
  }

  /** Starts no more attempts. Resolves when those under way have ended. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.wake();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.collectNext();
        await this.startDue();
        this.isFailing = false;
      } catch (error) {
        this.noteFailure(error);
      }
      await this.rest();
    }
    while (this.inFlight.size > 0) await this.nextWake();
  }

  private async collectNext(): Promise<void> {
    const { log, store, clock, newest } = this.parts;
    const newestPosition = newest();
    const isBehind = this.hasMore || (newestPosition !== null && newestPosition !== this.cursor.after);
    if (!isBehind || this.pending >= MAX_PENDING) return;
    const { webhook, cursor } = this;
    const nowMs = clock.now().getTime();
    const found = await collect(log, webhook.config, cursor, nowMs);
    const isOld = clock.monotonicMs() - this.storedAtMs >= STORE_CURSOR_MS;
    if (found.deliveries.length > 0 || isOld) {
      const bounds = { observedFromMs: nowMs - this.parts.retentionMs, maxFinished: MAX_FINISHED };
      const progress = { version: webhook.version, cursor: found.cursor };
      // It is false for an older version, or if another replica delivers now. The next refresh or stop tells.
      if (!(await store.enqueue(webhook.id, progress, found.deliveries, bounds))) return;
      this.storedAtMs = clock.monotonicMs();
      this.nextDueAtMs = 0;
    }
    if (this.webhook !== webhook) return;
    this.cursor = found.cursor;
    this.hasMore = found.hasMore;
  }

  private async startDue(): Promise<void> {
    const nowMs = this.parts.clock.now().getTime();
    if (this.nextDueAtMs === null || this.nextDueAtMs > nowMs) return;
    const due = await this.parts.store.due(this.webhook.id, nowMs, BATCH);
    this.pending = due.pending;
    // Those that cannot start now are looked at again when one has ended.
    this.nextDueAtMs = due.rows.length > 0 ? 0 : due.nextDueAtMs;
    const busy = new Set(this.inFlight.values());
    for (const delivery of due.rows) {
      if (this.stopping.signal.aborted) return;
      if (this.inFlight.has(delivery.eventId) || busy.has(delivery.connectionId)) continue;
      if (!this.parts.slots.take(this.inFlight.size)) return;
      // One at a time for each ingestion, so that first attempts keep the order.
      busy.add(delivery.connectionId);
      this.inFlight.set(delivery.eventId, delivery.connectionId);
      void this.attempt(delivery);
    }
  }

  private async attempt(delivery: Delivery): Promise<void> {
    const { attempter, store, clock, slots } = this.parts;
    const { webhook } = this;
    try {
      const attempt = await attempter.attempt(webhook, delivery, this.parts.log);
      if (attempt === null) return;
      const nowMs = clock.now().getTime();
      // An event that the log has dropped says nothing about the receiver.
      if (attempt.fault !== 'event_expired')
        this.failingSinceMs = attempt.fault === null ? null : (this.failingSinceMs ?? nowMs);
      const settled = afterAttempt(delivery, attempt, nowMs, Math.random());
      if (!(await store.settle(webhook.id, settled, this.failingSinceMs))) return;
      if (isGone(attempt)) await this.disable(webhook, 'gone');
      else if (this.failingSinceMs !== null && nowMs - this.failingSinceMs >= FAILING_LIMIT_MS)
        await this.disable(webhook, 'failing');
    } catch (error) {
      this.noteFailure(error);
    } finally {
      this.inFlight.delete(delivery.eventId);
      slots.release(this.inFlight.size);
      this.nextDueAtMs = 0;
      this.wake();
    }
  }

  /**
   * Nothing happens if a caller has changed the webhook meanwhile, or if the end before has no event yet: the next failure
   * disables it.
   */
  private async disable(webhook: StoredWebhook, reason: AutomaticReason): Promise<void> {
    if (webhook.config.notice !== null) return;
    const atMs = this.parts.clock.now().getTime();
    const config: WebhookConfig = {
      ...webhook.config,
      disabledReason: reason,
      automaticEnds: webhook.config.automaticEnds + 1,
      notice: { reason, atMs, failingSinceMs: this.failingSinceMs ?? atMs },
      updatedAtMs: atMs,
    };
    if (!(await this.parts.store.update(webhook.id, webhook.version, config))) return;
    this.stopping.abort();
    this.log.warn(
      `Webhook ${webhook.id} was disabled: ${
        reason === 'gone' ? 'its receiver answered 410' : 'every attempt has failed for five days'
      }.`,
    );
  }

  private async rest(): Promise<void> {
    const { signal } = this.stopping;
    if (signal.aborted) return;
    const mayCollect = this.hasMore && this.pending < MAX_PENDING && !this.isFailing;
    const ended = new AbortController();
    const wait = this.parts.clock.wait(mayCollect ? 0 : PAUSE_MS, AbortSignal.any([signal, ended.signal]));
    await Promise.race([wait, this.nextWake()]);
    ended.abort();
  }

  private wake(): void {
    this.isWoken = true;
    this.wakeUp();
  }

  private async nextWake(): Promise<void> {
    if (!this.isWoken)
      await new Promise<void>((resolve) => {
        this.wakeUp = resolve;
      });
    this.isWoken = false;
  }

  /** The next step tries again. The engine logs outages of the storage. */
  private noteFailure(error: unknown): void {
    this.isFailing = true;
    if (error instanceof EventStoreUnavailable || error instanceof ProblemException) return;
    this.log.error(stackOf(error));
  }
}
