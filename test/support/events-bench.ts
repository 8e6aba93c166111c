import type { MirrorGateway } from './mirror-bench';
import { until } from './until';

export interface EventBody {
  readonly id: string;
  readonly type: string;
  readonly occurredAt: string;
  readonly observedAt: string;
  readonly sequence: number;
  readonly connectionId: string;
  readonly workspaceId: string;
  readonly run: {
    readonly runId: string;
    readonly status: string;
    readonly failure: { readonly message: string | null } | null;
  } | null;
  readonly status: { readonly status: string; readonly health: string } | null;
  readonly webhook: { readonly webhookId: string; readonly reason: string } | null;
  readonly links: { readonly run: string | null };
}

export interface EventListBody {
  readonly data: readonly EventBody[];
  readonly next: string;
  readonly hasMore: boolean;
  readonly oldestObservedAt: string | null;
  readonly completeUntil: string | null;
  readonly code?: string;
}

/** Fast ticks and sweeps, so that tests wait for changes and not for time. */
export const EVENT_SETTINGS = { FEED_INTERVAL_MS: '150', CONNECTION_MAX_AGE_MS: '1000' };

/** A reader of the log that continues where it has stopped. */
export class EventReader {
  readonly events: EventBody[] = [];
  private next = '';

  constructor(
    private gateway: Pick<MirrorGateway, 'send'>,
    private readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  /** Continues at another gateway, or the same one after a restart. */
  continueAt(gateway: Pick<MirrorGateway, 'send'>): void {
    this.gateway = gateway;
  }

  async read(): Promise<EventListBody> {
    const path = `/events?limit=500&after=${this.next}`;
    const { status, body } = await this.gateway.send<EventListBody>('GET', path, { headers: this.headers });
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
    this.events.push(...body.data);
    this.next = body.next;
    return body;
  }

  /** Resolves when the log has begun and contains everything until now. */
  async current(): Promise<void> {
    const askedAt = new Date();
    await until('the log to be complete', async () => {
      const { completeUntil } = await this.read();
      return completeUntil !== null && new Date(completeUntil) > askedAt;
    });
  }

  /** Resolves when so many events of this type and ingestion were read. */
  async seen(type: string, connectionId: string, count = 1): Promise<EventBody> {
    return until(`${count} ${type}`, async () => {
      await this.read();
      return this.of(connectionId).filter((event) => event.type === type)[count - 1];
    });
  }

  of(connectionId: string): readonly EventBody[] {
    return this.events.filter((event) => event.connectionId === connectionId);
  }

  typesOf(connectionId: string): readonly string[] {
    return this.of(connectionId).map(({ type }) => type);
  }
}

/** Ingestions whose events are not numbered 1, 2, 3 and so on, or that have an id twice. */
export function disorderOf(events: readonly EventBody[]): readonly string[] {
  const ids = new Set(events.map(({ connectionId }) => connectionId));
  return [...ids].filter((connectionId) => {
    const own = events.filter((event) => event.connectionId === connectionId);
    const isRow = own.every(({ sequence }, index) => sequence === index + 1);
    return !isRow || new Set(own.map(({ id }) => id)).size < own.length;
  });
}
