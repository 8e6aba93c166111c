import type { components, operations } from './schema.js';

type Schemas = components['schemas'];
type QueryOf<O extends keyof operations> = NonNullable<operations[O]['parameters']['query']>;

export type CreateIngestionInput = Schemas['CreateIngestionInput'];
export type PatchIngestionInput = Schemas['PatchIngestionInput'];
export type ScheduleInput = Schemas['ScheduleInput'];
export type StreamInput = Schemas['StreamInput'];
export type Ingestion = Schemas['Ingestion'];
export type CreationCheck = Schemas['CreationCheck'];
export type IngestionList = Schemas['IngestionList'];
export type IngestionListItem = Schemas['IngestionListItem'];
export type IngestionStatusReport = Schemas['IngestionStatusReport'];
export type StatusBatchResult = Schemas['StatusBatchResult'];
export type Run = Schemas['Run'];
export type RunList = Schemas['RunList'];
export type Schedule = Schemas['Schedule'];
export type SchedulePreviewInput = Schemas['SchedulePreviewInput'];
export type SchedulePreview = Schemas['SchedulePreview'];
export type SourceList = Schemas['SourceList'];
export type DestinationList = Schemas['DestinationList'];

export type ListQuery = QueryOf<'listIngestions'>;
export type StatusQuery = QueryOf<'getIngestionStatus'>;
export type RunsQuery = QueryOf<'listRuns'>;
export type PageQuery = QueryOf<'listSources'>;

export type Source = Schemas['Source'];
export type Destination = Schemas['Destination'];

export type Fetch = (request: Request) => Promise<Response>;
/** API key or OIDC token, or a function that returns a valid one. */
export type Key = string | (() => string | Promise<string>);

/** The answer; `withResponse()` gives the HTTP response too, with its headers, such as `ETag`. */
export type Called<T> = Promise<T> & {
  withResponse(): Promise<{ readonly data: T; readonly response: Response }>;
};

export interface ClientOptions {
  /** Base URL of the gateway, e.g. `http://127.0.0.1:3000`. */
  readonly url: string;
  /**
   * API key or OIDC token, where the gateway asks for one. A function is called for each request, and again after a 401,
   * once: let it keep its token and renew it in time.
   */
  readonly key?: Key;
  /** Replaces the global `fetch`. */
  readonly fetch?: Fetch;
  /** How often a call is tried again after a lost connection, 429, 502, 503 or 504; 3 unless given. */
  readonly retries?: number;
  /** How long a call may take at most, with all its attempts, in milliseconds; ten minutes unless given. */
  readonly timeoutMs?: number;
}

export interface CallOptions {
  /** Ends the call, and trying it again. */
  readonly signal?: AbortSignal;
  /** How long the call may take at most, with all its attempts, in milliseconds; that of the client unless given. */
  readonly timeoutMs?: number;
}

export interface ChangeOptions extends CallOptions {
  /** Names this one request, so that it is done once whatever is sent again; made for you unless given. */
  readonly idempotencyKey?: string;
}

export interface StartOptions extends ChangeOptions {
  /** True: a run that is in progress is answered instead of refused. */
  readonly attach?: boolean;
}

export interface PatchOptions extends CallOptions {
  /** `ETag` of the version that the change is meant for; another is refused with `precondition-failed`. */
  readonly ifMatch?: string;
}

export interface WaitOptions extends CallOptions {
  /** How long to wait at most, in milliseconds; an hour unless given. */
  readonly timeoutMs?: number;
}
