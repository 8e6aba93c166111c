/** Types of events. A closed enumeration: it does not grow within an API version. */
export const EVENT_TYPES = [
  'run.queued',
  'run.started',
  'run.succeeded',
  'run.failed',
  'run.cancelled',
  'ingestion.created',
  'ingestion.updated',
  'ingestion.paused',
  'ingestion.resumed',
  'ingestion.deleted',
  'ingestion.health_changed',
  'ingestion.stale',
  'ingestion.recovered',
  'webhook.disabled',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** Why the gateway disables a webhook. `gone`: its receiver answered 410. `failing`: every attempt failed for days. */
export const AUTOMATIC_REASONS = ['gone', 'failing'] as const;
export type AutomaticReason = (typeof AUTOMATIC_REASONS)[number];
