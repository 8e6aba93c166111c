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

/** The result; `withResponse()` gives the HTTP response too, with its headers, such as `ETag`. */
export type Called<T> = Promise<T> & {
  withResponse(): Promise<{ readonly data: T; readonly response: Response }>;
};

/** One request and its outcome. */
export interface AttemptEvent {
  readonly method: string;
  readonly url: string;
  /** 1 for the first. */
  readonly attempt: number;
  readonly durationMs: number;
  /** Null where no response arrived. */
  readonly status: number | null;
  /** Null where the response was the expected one. The call may be tried again after an error. */
  readonly error: unknown;
}

/** Options of a client, and of one call, which take precedence. */
interface RequestOptions {
  /** How often a call is tried again after a lost connection, 408, 429, 502, 503 or 504. Default: 3. */
  readonly retries?: number;
  /** The longest that a call may take, with all its attempts, in milliseconds. Default: ten minutes. */
  readonly timeoutMs?: number;
  /** The longest that one attempt may take, in milliseconds, before it is tried again. Default: `timeoutMs`. */
  readonly attemptTimeoutMs?: number;
  /** Further request headers, such as `traceparent`. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ClientOptions extends RequestOptions {
  /** Base URL of the gateway, e.g. `http://127.0.0.1:3000`. */
  readonly url: string;
  /**
   * API key or OIDC token, where the gateway asks for one. A function is called for each request, and again after a 401,
   * once: it should keep its token and renew it in time. If it throws, the call ends with a `CredentialError`.
   */
  readonly key?: Key;
  /** Replaces the global `fetch`. */
  readonly fetch?: Fetch;
  /** The most bytes of a response that are read. Default: 16 MiB. */
  readonly maxResponseBytes?: number;
  /** Is called after each request, for logs and metrics. It must not throw. */
  readonly onAttempt?: (event: AttemptEvent) => void;
}

export interface CallOptions extends RequestOptions {
  /** Ends the call and its retries. */
  readonly signal?: AbortSignal;
}

export interface ChangeOptions extends CallOptions {
  /** Identifies the request, so that it takes effect once however often it is sent. Default: a random UUID. */
  readonly idempotencyKey?: string;
}

export interface StartOptions extends ChangeOptions {
  /** True: if a run is in progress, it is returned instead of refused. */
  readonly attach?: boolean;
}

export interface PatchOptions extends CallOptions {
  /** `ETag` of the version that the change is meant for; another is refused with `precondition-failed`. */
  readonly ifMatch?: string;
}

export interface WaitOptions extends Pick<CallOptions, 'signal' | 'headers'> {
  /** The longest to wait, in milliseconds. Default: an hour. */
  readonly timeoutMs?: number;
}
