/**
 * Parsed responses of Airbyte's public API. Enumerations stay strings, because Airbyte adds values without
 * notice.
 */

export interface AirbyteSchedule {
  /** `manual`, `cron`, `basic`, or a value of a later Airbyte version. */
  readonly scheduleType: string;
  /** Quartz expression followed by its time zone: `0 0 2 * * ? UTC`. */
  readonly cronExpression?: string | undefined;
  /** `Every 24 HOURS`, in upper or lower case. */
  readonly basicTiming?: string | undefined;
}

export interface AirbyteStream {
  readonly name: string;
  readonly namespace: string | null;
  readonly syncMode: string | null;
  /** Path of the cursor field; empty if there is none. */
  readonly cursorField: readonly string[];
  /** Paths of the primary key's fields. */
  readonly primaryKey: readonly (readonly string[])[];
  /** Settings that the gateway does not interpret; absent if there are none. */
  readonly carried?: CarriedSettings;
}

/** Settings of a stream that were made elsewhere. A change of streams sends them back, because it replaces all settings. */
export const CARRIED_SETTINGS = [
  'selectedFields',
  'mappers',
  'includeFiles',
  'destinationObjectName',
] as const;
export type CarriedSettings = Readonly<Partial<Record<(typeof CARRIED_SETTINGS)[number], unknown>>>;

/** A stream of a source, and its sync modes with one destination. */
export interface SourceStream {
  readonly name: string;
  readonly namespace: string | null;
  /**
   * Null if Airbyte does not list them. Airbyte accepts `full_refresh_overwrite_deduped` but never lists it.
   */
  readonly syncModes: readonly string[] | null;
  /** Empty if there is none. */
  readonly defaultCursorField: readonly string[];
  readonly isCursorSourceDefined: boolean;
  readonly sourceDefinedPrimaryKey: readonly (readonly string[])[];
  /** Paths of the fields; empty if the schema lists none. Fields inside arrays and unions are left out. */
  readonly fields: readonly (readonly string[])[];
}

/** A stream to sync. Airbyte chooses the values of absent fields. */
export interface StreamInput extends CarriedSettings {
  readonly name: string;
  readonly namespace?: string;
  readonly syncMode?: string;
  readonly cursorField?: readonly string[];
  readonly primaryKey?: readonly (readonly string[])[];
}

/** A tag of a workspace, which connections may have. Airbyte has them from version 1.5 on. */
export interface AirbyteTag {
  readonly tagId: string;
  readonly workspaceId: string;
  /** At most 30 characters. */
  readonly name: string;
  /** Six hexadecimal digits. */
  readonly color: string;
}

export interface AirbyteConnection {
  readonly connectionId: string;
  readonly name: string;
  readonly sourceId: string;
  readonly destinationId: string;
  readonly workspaceId: string;
  /** `active`, `inactive`, `locked`, `deprecated` (deleted), or a later value. Independent of sync health. */
  readonly status: string;
  readonly schedule: AirbyteSchedule;
  readonly streams: readonly AirbyteStream[];
  readonly prefix: string | null;
  readonly namespaceDefinition: string | null;
  /** Schema at the destination for the definition `custom_format`, with `${SOURCE_NAMESPACE}`. */
  readonly namespaceFormat: string | null;
  /** Empty where Airbyte has no tags. */
  readonly tags: readonly AirbyteTag[];
  /** Null before Airbyte's release of December 2024. */
  readonly createdAt: Date | null;
}

export interface AirbyteJob {
  /** An int64 as text: a number would lose its last digits. */
  readonly jobId: string;
  readonly connectionId: string;
  /** `pending`, `queued`, `running`, `incomplete`, `failed`, `succeeded`, `cancelled`, or a later value. */
  readonly status: string;
  /** `sync`, `reset`, `refresh`, `clear`, or a later value. */
  readonly jobType: string;
  /** Time when the job was queued, not when it began to run; epoch ms. Numbers need a third of the memory of dates. */
  readonly startTimeMs: number;
  /** End of the job, epoch ms; null before. */
  readonly lastUpdatedAtMs: number | null;
  /** ISO 8601 duration; hours may exceed 24. */
  readonly duration: string | null;
  readonly rowsSynced: number | null;
  readonly bytesSynced: number | null;
}

/** A source without its configuration, which may hold secrets. */
export interface AirbyteSource {
  readonly sourceId: string;
  readonly name: string;
  readonly sourceType: string | null;
  readonly definitionId: string | null;
  readonly workspaceId: string;
}

/** A destination without its configuration, which may hold secrets. */
export interface AirbyteDestination {
  readonly destinationId: string;
  readonly name: string;
  readonly destinationType: string | null;
  readonly definitionId: string | null;
  readonly workspaceId: string;
}

/** The schedules that Airbyte's public API can create; `basic` is not one of them. */
export type ScheduleInput =
  { readonly scheduleType: 'manual' } | { readonly scheduleType: 'cron'; readonly cronExpression: string };

export interface CreateConnectionInput {
  readonly name: string;
  readonly sourceId: string;
  readonly destinationId: string;
  readonly status: 'active' | 'inactive';
  readonly schedule: ScheduleInput;
  /** If absent, Airbyte syncs every stream with full refresh and overwrite. */
  readonly configurations?: { readonly streams: readonly StreamInput[] };
  readonly tags?: readonly AirbyteTag[];
}

/** A form in which a creation may have left a connection. */
export type SoughtConnection = Pick<
  AirbyteConnection,
  'name' | 'sourceId' | 'destinationId' | 'status' | 'schedule'
>;

/** Absent fields stay unchanged. */
export interface PatchConnectionInput {
  readonly name?: string;
  readonly status?: 'active' | 'inactive';
  readonly schedule?: ScheduleInput;
  /** Replaces all streams. Airbyte reads the schema of the source first, which can take minutes. */
  readonly configurations?: { readonly streams: readonly StreamInput[] };
  /** Replaces all tags. */
  readonly tags?: readonly AirbyteTag[];
}

/** One page of a list. Airbyte accepts a limit of 1 to 100 rows; default 20. */
export interface PageQuery {
  readonly limit?: number;
  readonly offset?: number;
}

export interface ListQuery extends PageQuery {
  /** Default: the workspace of the settings, if any. */
  readonly workspaceIds?: readonly string[];
  readonly includeDeleted?: boolean;
}

export interface ListJobsQuery extends PageQuery {
  readonly connectionId?: string;
  readonly status?: string;
  readonly jobType?: string;
  /** Airbyte ignores it if `connectionId` is present. */
  readonly workspaceIds?: readonly string[];
  /** ISO 8601. Only jobs whose status changed at or after this time. */
  readonly updatedAtStart?: string;
  /** Default: newest first. */
  readonly orderBy?: 'createdAt|DESC' | 'updatedAt|DESC';
}

/** Options of one call. */
/** Requests to Airbyte that were sent for one request of a caller. Reads that callers share count for the first one. */
export interface UpstreamUsage {
  calls: number;
  /** Sum of their durations. */
  ms: number;
}

export interface CallContext {
  /** Aborts the call, including its waits. */
  readonly signal?: AbortSignal | undefined;
  /** On the monotonic clock, in ms. Default: the budget of the call's lane from now. */
  readonly deadlineAt?: number | undefined;
  /** Updated after each request. */
  readonly upstreamUsage?: UpstreamUsage | undefined;
  /** Sent upstream as `x-request-id`. */
  readonly requestId?: string | undefined;
  /** Sent upstream as `traceparent` (W3C Trace Context). */
  readonly traceparent?: string | undefined;
  /** Identifies the caller for the fair queue. Calls without a key share one turn. */
  readonly callerKey?: string | undefined;
  /** Identifies the logical request across retries. Default: every call is its own request. */
  readonly claimant?: string | undefined;
}

/** Options of a start or a cancellation. */
export interface StartOptions {
  /** Awaited after the slot was acquired and before the request is sent. An error ends the call. */
  readonly beforeSending?: () => Promise<void> | void;
  /** True: sent immediately, without a slot. For requests that were accepted before shutdown. */
  readonly skipsQueue?: boolean;
}
