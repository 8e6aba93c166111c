/** Closed lists of words: they never grow within a version, and `unknown` stands for what Airbyte has yet to invent. */

/** What an ingestion is doing. */
export const SYNC_STATES = ['idle', 'queued', 'running', 'unknown'] as const;
export type SyncState = (typeof SYNC_STATES)[number];

/** Why there is a next sync, or none. */
export const NEXT_SYNC_REASONS = [
  'scheduled',
  'manual',
  'inactive',
  'locked',
  'never_fires',
  'unknown',
] as const;
export type NextSyncReason = (typeof NEXT_SYNC_REASONS)[number];

/** How an ingestion fares, the most pressing first: the first that holds is the one that is told. */
export const HEALTHS = [
  'paused',
  'failing',
  'running_late',
  'stale',
  'suspect',
  'never_synced',
  'unknown',
  'healthy',
] as const;
export type Health = (typeof HEALTHS)[number];

/** What is wrong with an ingestion. */
export const HEALTH_CODES = ['failing', 'missed_run', 'stale', 'false_success', 'near_auto_disable'] as const;
export type HealthCode = (typeof HEALTH_CODES)[number];
