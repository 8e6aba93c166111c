import { AUTOMATIC_REASONS, type AutomaticReason, type EventType } from '../events/event-types';

/** `caller`: by a caller. The others: by the gateway. */
export const DISABLED_REASONS = ['caller', ...AUTOMATIC_REASONS] as const;
export type DisabledReason = (typeof DISABLED_REASONS)[number];

/** A secret that signs deliveries, encrypted. */
export interface WebhookSecret {
  readonly sealed: string;
  /** Time after which it signs no more; null: it is the newest one. */
  readonly expiresAtMs: number | null;
}

/** The gateway has disabled a webhook, and the log has no event of it yet. */
export interface DisabledNotice {
  readonly reason: AutomaticReason;
  readonly atMs: number;
  readonly failingSinceMs: number;
}

/** A receiver of events, as it is stored. */
export interface WebhookConfig {
  /** Key of the caller that created it. */
  readonly owner: string;
  /** The only workspace whose events are sent; null: all. */
  readonly workspaceId: string | null;
  readonly url: string;
  readonly description: string | null;
  /** Empty: all types. */
  readonly types: readonly EventType[];
  /** Empty: all ingestions. */
  readonly connectionIds: readonly string[];
  /** Null: enabled. */
  readonly disabledReason: DisabledReason | null;
  /** Number of times that the gateway has disabled it. */
  readonly automaticEnds: number;
  /** Of the newest time, until the event is in the log. It is stored with the end, so that no event is lost. */
  readonly notice: DisabledNotice | null;
  /** Newest first. */
  readonly secrets: readonly WebhookSecret[];
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** Place in the event log up to which events have become deliveries. */
export interface LogCursor {
  /** As `after` of `GET /events`; null: the oldest event. */
  readonly after: string | null;
  /** Events that were observed earlier are left out. */
  readonly notBeforeMs: number;
}

/** `pending`: an attempt is due or under way. `failed`: no attempt follows. */
export const DELIVERY_STATES = ['pending', 'succeeded', 'failed'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/**
 * Reason why an attempt failed. `status`: no 2xx. `address_not_allowed`: the address of the receiver is not public.
 * `unreachable`: no connection, for example refused, DNS or TLS. `dropped`: the connection closed before the answer.
 */
export const FAULTS = [
  'status',
  'address_not_allowed',
  'unreachable',
  'dropped',
  'timeout',
  'event_expired',
  'secret_unreadable',
] as const;
export type Fault = (typeof FAULTS)[number];

/** One event for one webhook. */
export interface Delivery {
  readonly eventId: string;
  readonly type: string;
  /** Null if the event is about a webhook. */
  readonly connectionId: string | null;
  readonly sequence: number;
  readonly observedAtMs: number;
  readonly state: DeliveryState;
  /** Attempts since the delivery was created or sent again. */
  readonly attempts: number;
  readonly lastAttemptAtMs: number | null;
  /** Time of the next attempt; null if none follows. */
  readonly dueAtMs: number | null;
  /** Status of the last answer; null without an answer. */
  readonly statusCode: number | null;
  readonly fault: Fault | null;
  readonly durationMs: number | null;
}
