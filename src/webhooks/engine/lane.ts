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
import type { LogPages } from './log-pages';
import type { Slots } from './slots';

/** Due deliveries that are read at once: several times as many as are sent at the same time. */
const BATCH = 32;
/** With more unfinished deliveries, further events wait in the log. */
const MAX_PENDING = 5000;
const MAX_FINISHED = 10_000;
/** A cursor that only passes over unwanted events is stored this often. */
const STORE_CURSOR_MS = 30_000;

export interface LaneParts {
  readonly store: WebhookStore;
  readonly log: EventLog;
  readonly pages: LogPages;
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
  /** Due deliveries that were read and not yet sent. */
  private due: readonly Delivery[] = [];
  /** When further ones are read; null: none is due after those that were read. */
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

  /**
   * Looks for new events and due deliveries. Call it regularly with the newest state of the storage: a caller may have changed
   * the webhook, or what is to be sent.
   */
  refresh(webhook: StoredWebhook): void {
    if (webhook.version !== this.webhook.version) {
      this.webhook = webhook;
      this.cursor = webhook.cursor;
      this.failingSinceMs = webhook.failingSinceMs;
      this.hasMore = true;
      this.readAgain();
    }
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
    const { pages, store, clock, newest } = this.parts;
    const newestPosition = newest();
    const isBehind = this.hasMore || (newestPosition !== null && newestPosition !== this.cursor.after);
    if (!isBehind || this.pending >= MAX_PENDING) return;
    const { webhook, cursor } = this;
    const nowMs = clock.now().getTime();
    const found = await collect(pages, webhook.config, cursor, nowMs);
    const isOld = clock.monotonicMs() - this.storedAtMs >= STORE_CURSOR_MS;
    if (found.deliveries.length > 0 || isOld) {
      const bounds = { observedFromMs: nowMs - this.parts.retentionMs, maxFinished: MAX_FINISHED };
      const progress = { version: webhook.version, cursor: found.cursor };
      // It is false for an older version, or if another replica delivers now. The next refresh or stop tells.
      if (!(await store.enqueue(webhook.id, progress, found.deliveries, bounds))) return;
      this.storedAtMs = clock.monotonicMs();
      this.pending += found.deliveries.length;
      this.nextDueAtMs = 0;
    }
    if (this.webhook !== webhook) return;
    this.cursor = found.cursor;
    this.hasMore = found.hasMore;
  }

  private async startDue(): Promise<void> {
    if (this.due.length === 0) await this.readDue();
    const waiting: Delivery[] = [];
    const busy = new Set(this.inFlight.values());
    for (const delivery of this.due) {
      if (this.stopping.signal.aborted) return;
      // One at a time for each ingestion, so that first attempts keep the order.
      if (busy.has(delivery.connectionId) || !this.parts.slots.take(this.inFlight.size)) {
        waiting.push(delivery);
        continue;
      }
      busy.add(delivery.connectionId);
      this.inFlight.set(delivery.eventId, delivery.connectionId);
      void this.attempt(delivery);
    }
    this.due = waiting;
  }

  private async readDue(): Promise<void> {
    const nowMs = this.parts.clock.now().getTime();
    if (this.nextDueAtMs === null || this.nextDueAtMs > nowMs) return;
    const { webhook } = this;
    this.nextDueAtMs = null;
    const { rows, nextDueAtMs, pending } = await this.parts.store.due(webhook.id, nowMs, BATCH);
    if (this.webhook !== webhook) return;
    this.pending = pending;
    this.due = rows.filter(({ eventId }) => !this.inFlight.has(eventId));
    // With a full batch, more may be due.
    this.noteDue(rows.length < BATCH ? nextDueAtMs : 0);
  }

  private noteDue(atMs: number | null): void {
    if (atMs !== null) this.nextDueAtMs = Math.min(this.nextDueAtMs ?? atMs, atMs);
  }

  /** Call when the deliveries that were read may be outdated. */
  private readAgain(): void {
    this.due = [];
    this.nextDueAtMs = 0;
  }

  private async attempt(delivery: Delivery): Promise<void> {
    const { attempter, store, clock, slots } = this.parts;
    const { webhook } = this;
    let isStored = false;
    try {
      const attempt = await attempter.attempt(webhook, delivery, this.parts.log);
      if (attempt === null) return;
      const nowMs = clock.now().getTime();
      // An event that the log has dropped says nothing about the receiver.
      if (attempt.fault !== 'event_expired')
        this.failingSinceMs = attempt.fault === null ? null : (this.failingSinceMs ?? nowMs);
      const settled = afterAttempt(delivery, attempt, nowMs, Math.random());
      isStored = await store.settle(webhook.id, settled, this.failingSinceMs);
      if (!isStored) return;
      this.noteDue(settled.dueAtMs);
      if (isGone(attempt)) await this.disable(webhook, 'gone');
      else if (this.failingSinceMs !== null && nowMs - this.failingSinceMs >= FAILING_LIMIT_MS)
        await this.disable(webhook, 'failing');
    } catch (error) {
      this.noteFailure(error);
    } finally {
      this.inFlight.delete(delivery.eventId);
      slots.release(this.inFlight.size);
      if (!isStored) this.readAgain();
      // A delivery whose result is not stored is sent again, but not before the next refresh.
      if (isStored || this.isOver) this.wake();
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
    if (this.isOver) return;
    const mayCollect = this.hasMore && this.pending < MAX_PENDING && !this.isFailing;
    // Between two pages, others have their turn.
    if (mayCollect) await this.parts.clock.wait(0);
    else await this.nextWake();
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

  /** It tries again after the next refresh. The engine logs outages of the storage. */
  private noteFailure(error: unknown): void {
    this.isFailing = true;
    this.readAgain();
    if (error instanceof EventStoreUnavailable || error instanceof ProblemException) return;
    this.log.error(stackOf(error));
  }
}
