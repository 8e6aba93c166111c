import type { Delivery, LogCursor, WebhookConfig } from '../webhook';

/** A webhook with its progress. */
export interface StoredWebhook {
  readonly id: string;
  readonly config: WebhookConfig;
  /** Grows with each change by a caller. Progress of deliveries does not change it. */
  readonly version: number;
  readonly cursor: LogCursor;
  /** Since when every attempt has failed; null: the last one succeeded, or there was none. */
  readonly failingSinceMs: number | null;
}

/** A delivery with its number in the list of its webhook. */
export interface NumberedDelivery {
  readonly number: number;
  readonly delivery: Delivery;
}

/** Deliveries that are due, and what follows. */
export interface DueDeliveries {
  /** In the order in which they are due. */
  readonly rows: readonly Delivery[];
  /** When the next one is due that is not yet; null: none. */
  readonly nextDueAtMs: number | null;
  /** All that are not finished. */
  readonly pending: number;
}

export interface NewWebhook {
  readonly id: string;
  readonly config: WebhookConfig;
  readonly cursor: LogCursor;
}

/** Maximum numbers of webhooks. */
export interface WebhookBounds {
  readonly ofOwner: number;
  readonly ofAll: number;
}

/** Finished deliveries beyond these bounds are dropped, oldest first. */
export interface DeliveryBounds {
  readonly observedFromMs: number;
  readonly maxFinished: number;
}

/** Position in the log at which a webhook continues. */
export interface Progress {
  /** Nothing is stored for another version: a caller has changed the webhook. */
  readonly version: number;
  readonly cursor: LogCursor;
}

/**
 * Keeps webhooks and their deliveries. Every method throws `EventStoreUnavailable` if the storage fails. Methods that
 * return false store nothing.
 */
export interface WebhookStore {
  /** Becomes or stays the only process that delivers, for some seconds. */
  lead(): Promise<boolean>;
  /** Lets another process deliver at once. */
  resign(): Promise<void>;
  list(): Promise<readonly StoredWebhook[]>;
  find(id: string): Promise<StoredWebhook | null>;
  create(webhook: NewWebhook, bounds: WebhookBounds): Promise<'created' | 'owner-full' | 'full'>;
  /**
   * Replaces what a caller may change. A disabled webhook that is enabled again counts as not failing.
   * @param cursor absent: it continues where it is
   * @returns false if it has another version
   */
  update(id: string, version: number, config: WebhookConfig, cursor?: LogCursor): Promise<boolean>;
  /** Removes it with its deliveries. */
  remove(id: string): Promise<boolean>;
  /** Newest first; those with a lower number than `before`. */
  page(id: string, before: number | null, limit: number): Promise<readonly NumberedDelivery[]>;
  delivery(id: string, eventId: string): Promise<Delivery | null>;
  /** Stores a delivery that is to be sent again, and changes the version of the webhook. */
  requeue(id: string, delivery: Delivery): Promise<boolean>;
  /**
   * Only for the process that delivers: adds deliveries and moves the cursor. Of deliveries that exist, only failed ones
   * are replaced.
   */
  enqueue(
    id: string,
    progress: Progress,
    deliveries: readonly Delivery[],
    bounds: DeliveryBounds,
  ): Promise<boolean>;
  /** Only for the process that delivers: stores the result of an attempt. */
  settle(id: string, delivery: Delivery, failingSinceMs: number | null): Promise<boolean>;
  due(id: string, nowMs: number, limit: number): Promise<DueDeliveries>;
  close(): Promise<void>;
}
