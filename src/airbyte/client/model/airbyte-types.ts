/** Parsed answers of Airbyte's public API. Enumerations stay strings: Airbyte adds values without notice. */

export interface AirbyteSchedule {
  /** `manual`, `cron`, `basic`, or whatever a later Airbyte adds. */
  readonly scheduleType: string;
  /** Quartz expression, with its time zone glued on: `0 0 2 * * ? UTC`. */
  readonly cronExpression?: string | undefined;
  /** `Every 24 HOURS`, in either case. */
  readonly basicTiming?: string | undefined;
}

export interface AirbyteStream {
  readonly name: string;
  readonly namespace: string | null;
  readonly syncMode: string | null;
  /** Path of the field that tells what is new; empty where there is none. */
  readonly cursorField: readonly string[];
  /** Paths of the fields that make up the key. */
  readonly primaryKey: readonly (readonly string[])[];
}

/** A stream that a source has, and how it can be synced to one destination. */
export interface SourceStream {
  readonly name: string;
  readonly namespace: string | null;
  /** Null where Airbyte does not list them. `full_refresh_overwrite_deduped` is accepted but never listed. */
  readonly syncModes: readonly string[] | null;
  /** Empty where there is none. */
  readonly defaultCursorField: readonly string[];
  readonly isCursorSourceDefined: boolean;
  readonly sourceDefinedPrimaryKey: readonly (readonly string[])[];
  /** Paths of the fields; empty where the schema lists none. Members of lists and of alternatives are left out. */
  readonly fields: readonly (readonly string[])[];
}

/** A stream to be synced; what is left out Airbyte decides. */
export interface StreamInput {
  readonly name: string;
  readonly namespace?: string;
  readonly syncMode?: string;
  readonly cursorField?: readonly string[];
  readonly primaryKey?: readonly (readonly string[])[];
}

export interface AirbyteConnection {
  readonly connectionId: string;
  readonly name: string;
  readonly sourceId: string;
  readonly destinationId: string;
  readonly workspaceId: string;
  /** `active`, `inactive`, `locked`, `deprecated` (deleted), or a later value. Says nothing of sync health. */
  readonly status: string;
  readonly schedule: AirbyteSchedule;
  readonly streams: readonly AirbyteStream[];
  readonly prefix: string | null;
  readonly namespaceDefinition: string | null;
  /** Null in answers of an Airbyte from before December 2024. */
  readonly createdAt: Date | null;
}

export interface AirbyteJob {
  /** An int64 kept as text, since a number would lose its last digits. */
  readonly jobId: string;
  readonly connectionId: string;
  /** `pending`, `queued`, `running`, `incomplete`, `failed`, `succeeded`, `cancelled`, or a later value. */
  readonly status: string;
  /** `sync`, `reset`, `refresh`, `clear`, or a later value. */
  readonly jobType: string;
  /** When the job was queued, not when it began to run. */
  readonly startTime: Date;
  /** When the job ended; null until it has. */
  readonly lastUpdatedAt: Date | null;
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

export interface AirbyteWorkspace {
  readonly workspaceId: string;
  readonly name: string;
  readonly dataResidency: string | null;
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
  /** Left out, Airbyte takes every stream, full refresh and overwrite. */
  readonly configurations?: { readonly streams: readonly StreamInput[] };
}

/** Absent members stay as they are. */
export interface PatchConnectionInput {
  readonly name?: string;
  readonly status?: 'active' | 'inactive';
  readonly schedule?: ScheduleInput;
}

/** One page of a list: Airbyte serves 1 to 100 rows, 20 unless told. */
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
  /** Heeded by Airbyte only without `connectionId`. */
  readonly workspaceIds?: readonly string[];
}

/** What a caller may say about one call. */
export interface CallContext {
  /** Ends the call, its waits included. */
  readonly signal?: AbortSignal | undefined;
  /** On the monotonic clock, in milliseconds; default: now and `timeoutMs`, or `createTimeoutMs` for a creation. */
  readonly deadlineAt?: number | undefined;
  /** Sent upstream as `x-request-id`. */
  readonly requestId?: string | undefined;
  /** Sent upstream as `traceparent` (W3C Trace Context). */
  readonly traceparent?: string | undefined;
  /** Identifies the caller that causes the call, for fair turns; calls without one share a turn. */
  readonly callerKey?: string | undefined;
  /** Names a creation through all tries of one request; default: each is a request of its own. */
  readonly claimant?: string | undefined;
}

/** What may be chosen about the start or the cancellation of a job. */
export interface StartOptions {
  /** Awaited once the call has its place and before it is sent; what it throws ends the call. */
  readonly beforeSending?: () => Promise<void> | void;
  /** True: sent at once, however many others are under way. For what was promised before the gateway stops. */
  readonly skipsQueue?: boolean;
}
