/**
 * Closed enumerations: they never grow within an API version. `unknown` covers values of later Airbyte
 * versions.
 */

/** Sync activity. */
export const SYNC_STATES = ['idle', 'queued', 'running', 'unknown'] as const;
export type SyncState = (typeof SYNC_STATES)[number];

/** Reason for the presence or absence of a next sync. */
export const NEXT_SYNC_REASONS = [
  'scheduled',
  'manual',
  'inactive',
  'locked',
  'never_fires',
  'unknown',
] as const;
export type NextSyncReason = (typeof NEXT_SYNC_REASONS)[number];

/** Health values by descending severity; the first that applies is reported. */
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

/** Health problems. */
export const HEALTH_CODES = [
  'failing',
  'missed_run',
  'stale',
  'false_success',
  'empty_overwrite',
  'near_auto_disable',
  'not_observed',
] as const;
export type HealthCode = (typeof HEALTH_CODES)[number];
