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
] as const;
export type EventType = (typeof EVENT_TYPES)[number];
