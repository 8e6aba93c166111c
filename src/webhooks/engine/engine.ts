import { Logger } from '@nestjs/common';
import { ProblemException } from '../../api/problem/problem.exception';
import type { EventsRuntime } from '../../events/events-runtime';
import type { EventLog } from '../../events/log/event-log';
import { EventStoreUnavailable } from '../../events/log/event-store';
import type { Clock } from '../../lib/clock';
import { stackOf } from '../../lib/stack-of';
import type { StoredWebhook, WebhookStore } from '../store/webhook-store';
import type { Attempter } from './attempter';
import { publishEnd } from './disabled-event';
import { Lane } from './lane';
import { LogPages } from './log-pages';
import { Slots } from './slots';

/** Pause between two looks at the lease, the webhooks and the end of the log. */
const PAUSE_MS = 500;

export interface EngineParts {
  readonly store: WebhookStore;
  readonly events: EventsRuntime;
  readonly attempter: Attempter;
  readonly clock: Clock;
  /** Time for which finished deliveries are kept. */
  readonly retentionMs: number;
}

/** Delivers events to all webhooks. Of all replicas, one does this: the holder of a lease. */
export class WebhookEngine {
  private readonly stopping = new AbortController();
  private readonly log = new Logger('Webhooks');
  private readonly lanes = new Map<string, Lane>();
  private readonly slots = new Slots();
  private pages: LogPages | null = null;
  private newest: string | null = null;
  private fault: string | null = null;
  private running: Promise<void> = Promise.resolve();
  private wakeUp: () => void = () => undefined;

  constructor(private readonly parts: EngineParts) {}

  start(): void {
    this.running = this.run();
  }

  /** Call after a change, so that it takes effect at once if this process delivers. */
  wake(): void {
    this.wakeUp();
  }

  /** Ends all attempts. Those that are not answered are repeated after the next start. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    await this.parts.attempter.stop(this.stopLanes());
    await this.parts.store.resign();
  }

  private async run(): Promise<void> {
    const { clock } = this.parts;
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.step();
        this.note(null);
      } catch (error) {
        this.noteFailure(error);
      }
      const woken = new Promise<void>((resolve) => {
        this.wakeUp = resolve;
      });
      const ended = new AbortController();
      await Promise.race([clock.wait(PAUSE_MS, AbortSignal.any([signal, ended.signal])), woken]);
      ended.abort();
    }
  }

  private async step(): Promise<void> {
    const { store, events } = this.parts;
    if (!(await store.lead())) {
      await this.stopLanes();
      return;
    }
    const all = await store.list();
    const enabled = all.filter(({ config }) => config.disabledReason === null);
    this.stopLanesExcept(enabled);
    const unpublished = all.filter(({ config }) => config.notice !== null);
    if (enabled.length === 0 && unpublished.length === 0) return;
    // It counts as a reader, so that the gateway keeps following Airbyte.
    const log = await events.open();
    for (const webhook of unpublished) await publishEnd(webhook, log, store);
    this.newest = await log.newestPosition();
    this.pages ??= new LogPages(log);
    this.pages.clear();
    for (const webhook of enabled) this.follow(webhook, log, this.pages);
  }

  private follow(webhook: StoredWebhook, log: EventLog, pages: LogPages): void {
    const known = this.lanes.get(webhook.id);
    if (known !== undefined && !known.isOver) {
      known.refresh(webhook);
      return;
    }
    const { store, attempter, clock, retentionMs } = this.parts;
    const newest = (): string | null => this.newest;
    const lane = new Lane(webhook, {
      store,
      log,
      pages,
      attempter,
      slots: this.slots,
      clock,
      retentionMs,
      newest,
    });
    this.lanes.set(webhook.id, lane);
    lane.start();
  }

  private stopLanesExcept(enabled: readonly StoredWebhook[]): void {
    const wanted = new Set(enabled.map(({ id }) => id));
    const others = [...this.lanes].filter(([id]) => !wanted.has(id));
    for (const [id, lane] of others) {
      this.lanes.delete(id);
      void lane.stop();
    }
  }

  private async stopLanes(): Promise<void> {
    const lanes = [...this.lanes.values()];
    this.lanes.clear();
    await Promise.all(lanes.map((lane) => lane.stop()));
  }

  private noteFailure(error: unknown): void {
    if (error instanceof EventStoreUnavailable || error instanceof ProblemException)
      this.note(`Webhooks cannot be read or stored (${error.message}): deliveries come later.`);
    else this.log.error(stackOf(error));
  }

  /** Logs only the start and the end of an outage. */
  private note(fault: string | null): void {
    if (this.fault === fault) return;
    this.fault = fault;
    this.log.warn(fault ?? 'Webhooks can be read and stored again.');
  }
}
