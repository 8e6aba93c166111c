import { randomUUID } from 'node:crypto';
import { EventStoreUnavailable } from '../../events/log/event-store';
import type { RedisScript, RedisState } from '../../redis/redis-state';
import type { Delivery, LogCursor, WebhookConfig } from '../webhook';
import {
  CREATE,
  DELIVERY,
  DUE,
  ENQUEUE,
  FIND,
  LEAD,
  LIST,
  PAGE,
  REMOVE,
  REQUEUE,
  RESIGN,
  SETTLE,
  UPDATE,
} from './redis-webhook-scripts';
import { configIn, cursorIn, deliveryIn } from './stored-json';
import type {
  DeliveryBounds,
  DueDeliveries,
  NewWebhook,
  NumberedDelivery,
  Progress,
  StoredWebhook,
  WebhookBounds,
  WebhookStore,
} from './webhook-store';

/** The process that delivers renews it every 500 ms. Another replica takes over after this time. */
const LEASE_MS = 5000;
const KEYS = ['lease', 'all', 'owners'];
const KEYS_OF_WEBHOOK = ['deliveries', 'due', 'order', 'finished', 'numbers'];

/** Webhooks of all replicas that share a Redis. They last as long as Redis keeps its data. */
export class RedisWebhookStore implements WebhookStore {
  private readonly process = randomUUID();
  private readonly prefix: string;

  constructor(
    private readonly redis: RedisState,
    upstreamId: string,
  ) {
    // The hash tag in braces keeps all keys on one node of a cluster.
    this.prefix = `airbyte-ingestion:{webhooks-${upstreamId}}`;
  }

  async lead(): Promise<boolean> {
    return (await this.run(LEAD, null, [this.process, LEASE_MS])) === 1;
  }

  async resign(): Promise<void> {
    // If it fails, the lease expires.
    await this.redis.run(RESIGN, this.keysOf(null), [this.process]);
  }

  async list(): Promise<readonly StoredWebhook[]> {
    const texts = textsOf(await this.run(LIST, null, []));
    return texts.flatMap((id, at) => (at % 2 === 0 ? [webhookIn(id, texts[at + 1] ?? '')] : []));
  }

  async find(id: string): Promise<StoredWebhook | null> {
    const text = await this.run(FIND, null, [id]);
    return typeof text === 'string' ? webhookIn(id, text) : null;
  }

  async create(
    { id, config, cursor }: NewWebhook,
    bounds: WebhookBounds,
  ): Promise<'created' | 'owner-full' | 'full'> {
    const texts = [JSON.stringify(config), JSON.stringify(cursor)];
    const answer = await this.run(CREATE, null, [id, config.owner, ...texts, bounds.ofOwner, bounds.ofAll]);
    if (answer === 2) return 'full';
    return answer === 1 ? 'owner-full' : 'created';
  }

  update(id: string, version: number, config: WebhookConfig, cursor?: LogCursor): Promise<boolean> {
    const isEnabled = config.disabledReason === null && cursor !== undefined;
    return this.did(UPDATE, id, [
      id,
      version,
      JSON.stringify(config),
      cursor === undefined ? '' : JSON.stringify(cursor),
      isEnabled ? 1 : 0,
    ]);
  }

  remove(id: string): Promise<boolean> {
    return this.did(REMOVE, id, [id]);
  }

  async page(id: string, before: number | null, limit: number): Promise<readonly NumberedDelivery[]> {
    const texts = textsOf(await this.run(PAGE, id, [before ?? '+inf', limit]));
    return texts.flatMap((number, at) =>
      at % 2 === 0 ? [{ number: Number(number), delivery: deliveryIn(texts[at + 1] ?? '') }] : [],
    );
  }

  async delivery(id: string, eventId: string): Promise<Delivery | null> {
    const text = await this.run(DELIVERY, id, [eventId]);
    return typeof text === 'string' ? deliveryIn(text) : null;
  }

  requeue(id: string, delivery: Delivery): Promise<boolean> {
    return this.did(REQUEUE, id, [id, delivery.eventId, JSON.stringify(delivery), delivery.dueAtMs ?? 0]);
  }

  enqueue(
    id: string,
    { version, cursor }: Progress,
    deliveries: readonly Delivery[],
    { observedFromMs, maxFinished }: DeliveryBounds,
  ): Promise<boolean> {
    const rows = deliveries.flatMap((one) => [one.eventId, JSON.stringify(one), one.dueAtMs ?? 0]);
    const head = [this.process, id, version, JSON.stringify(cursor), observedFromMs, maxFinished];
    return this.did(ENQUEUE, id, [...head, ...rows]);
  }

  settle(id: string, delivery: Delivery, failingSinceMs: number | null): Promise<boolean> {
    const { eventId, dueAtMs } = delivery;
    const args = [this.process, id, eventId, JSON.stringify(delivery), dueAtMs ?? '', failingSinceMs ?? 0];
    return this.did(SETTLE, id, args);
  }

  async due(id: string, nowMs: number, limit: number): Promise<DueDeliveries> {
    const [pending, next, texts] = listOf(await this.run(DUE, id, [nowMs, limit]));
    return {
      rows: textsOf(texts).map(deliveryIn),
      nextDueAtMs: next === '' ? null : Number(next),
      pending: Number(pending),
    };
  }

  /** All replicas share the connection, which is closed after the last response. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  private keysOf(id: string | null): readonly string[] {
    const shared = KEYS.map((name) => `${this.prefix}:${name}`);
    return id === null
      ? shared
      : [...shared, ...KEYS_OF_WEBHOOK.map((name) => `${this.prefix}:${id}:${name}`)];
  }

  private async did(script: RedisScript, id: string, args: readonly (string | number)[]): Promise<boolean> {
    return (await this.run(script, id, args)) === 1;
  }

  private async run(
    script: RedisScript,
    id: string | null,
    args: readonly (string | number)[],
  ): Promise<unknown> {
    const answer = await this.redis.run(script, this.keysOf(id), args.map(String));
    if (!answer.ok) throw new EventStoreUnavailable(answer.reason);
    return answer.value;
  }
}

function listOf(reply: unknown): readonly unknown[] {
  if (Array.isArray(reply)) return reply as unknown[];
  throw new EventStoreUnavailable('unexpected reply of Redis');
}

function textsOf(reply: unknown): readonly string[] {
  return listOf(reply).map(String);
}

function webhookIn(id: string, text: string): StoredWebhook {
  const value: unknown = parsed(text);
  if (typeof value !== 'object' || value === null)
    throw new EventStoreUnavailable('a stored webhook is damaged');
  const { version, config, cursor, failingSinceMs } = value as Partial<Record<string, unknown>>;
  return {
    id,
    version: Number(version),
    config: configIn(String(config)),
    cursor: cursorIn(String(cursor)),
    failingSinceMs: failingSinceMs === 0 ? null : Number(failingSinceMs),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new EventStoreUnavailable('a stored webhook is damaged', { cause: error });
  }
}
