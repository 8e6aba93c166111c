/**
 * Features that not every installation serves to the gateway, most of them because they need Airbyte's internal API. Each name
 * stands for one endpoint, because versions and permissions differ by endpoint.
 */
export const CAPABILITIES = [
  /** Reasons of failed runs in lists: `jobs/list`, from Airbyte 0.50. */
  'failureReasons',
  /** Attempts and streams of one run: `jobs/get_without_logs`, from 0.50.45. */
  'attempts',
  /** Log of an attempt: `attempt/get_for_job`. */
  'logs',
  /** Counts of a running sync: `connections/sync_progress`, from 0.50.45. */
  'progress',
  /** Changes and runs with their users: `connections/events/list`, from 1.0. */
  'history',
  /** `connections/refresh`, from 0.60. */
  'refresh',
  /** `connections/clear/stream`, from 0.60. */
  'clearStreams',
  /** Pauses with a reason and an end: `connections/update_with_reason`, from 1.0. They are read back from the history. */
  'pauseReasons',
  /** Cron in any time zone: `connections/update`; found out by `web_backend/describe_cron_expression`, from 1.2. */
  'timeZones',
  /** Intervals that no cron expression keeps: the same endpoints. */
  'intervals',
  /** JSON schemas of configurations: `source_definition_specifications/get` and the same of destinations. */
  'connectorSchemas',
  /** Checks of sources and destinations: `sources/check_connection`, `scheduler/sources/check_connection` and the same of destinations. */
  'connectorChecks',
  /** First rows of streams: `sources/sample_stream`, which only the embedded Airbyte has. */
  'samples',
  /** Streams of a source: `GET /streams` of the public API. */
  'streams',
  /** Freshness objectives: `/tags` of the public API, from 1.5. */
  'freshness',
] as const;

export type Capability = (typeof CAPABILITIES)[number];

/** Capabilities of the public API. They do not depend on `AIRBYTE_INTERNAL_API`. */
export const PUBLIC_CAPABILITIES: readonly Capability[] = ['streams', 'freshness'];

/** Capabilities that write schedules. */
export type ScheduleCapability = 'timeZones' | 'intervals';

/** Capabilities that a read shows, so that trying them changes nothing. */
export const DETECTED_BY_READS = [
  'failureReasons',
  'attempts',
  'logs',
  'progress',
  'history',
  'timeZones',
  'intervals',
] as const satisfies readonly Capability[];

/** Capabilities that need another one, too. */
export const PREREQUISITES: Readonly<Partial<Record<Capability, Capability>>> = { pauseReasons: 'history' };

/** `unknown`: not used since the start, or not for so long that the last result no longer counts. */
export const CAPABILITY_STATES = ['on', 'off', 'unknown'] as const;
export type CapabilityState = (typeof CAPABILITY_STATES)[number];

export interface CapabilityReport {
  readonly capability: Capability;
  readonly state: CapabilityState;
  /** Reason why the state is not `on`; null if it is `on`. */
  readonly reason: string | null;
}
