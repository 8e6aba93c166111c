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
export type ListedRun = Schemas['ListedRun'];
export type RunDetails = Schemas['RunDetails'];
export type RunFailure = Schemas['RunFailure'];
export type RunList = Schemas['RunList'];
export type Schedule = Schemas['Schedule'];
export type SchedulePreviewInput = Schemas['SchedulePreviewInput'];
export type SchedulePreview = Schemas['SchedulePreview'];
export type SourceList = Schemas['SourceList'];
export type DestinationList = Schemas['DestinationList'];
export type SourceDetails = Schemas['SourceDetails'];
export type StreamSample = Schemas['StreamSample'];
export type DestinationDetails = Schemas['DestinationDetails'];
export type ConnectorInput = Schemas['ConnectorInput'];
export type PatchConnectorInput = Schemas['PatchConnectorInput'];
export type ConnectionCheck = Schemas['ConnectionCheck'];
export type ConnectorDefinition = Schemas['ConnectorDefinition'];
export type ConnectorDefinitionList = Schemas['ConnectorDefinitionList'];
/** A change that was read from Airbyte, or of a webhook. */
export type GatewayEvent = Schemas['Event'];
export type EventList = Schemas['EventList'];
export type Webhook = Schemas['Webhook'];
/** A new webhook with its secret. */
export type CreatedWebhook = Schemas['CreatedWebhook'];
export type WebhookList = Schemas['WebhookList'];
export type CreateWebhookInput = Schemas['CreateWebhookInput'];
export type PatchWebhookInput = Schemas['PatchWebhookInput'];
export type RotateWebhookInput = Schemas['RotateWebhookInput'];
export type RecoverWebhookInput = Schemas['RecoverWebhookInput'];
export type WebhookSecret = Schemas['WebhookSecret'];
export type WebhookTest = Schemas['WebhookTest'];
export type WebhookTestMessage = Schemas['WebhookTestMessage'];
export type WebhookDelivery = Schemas['WebhookDelivery'];
export type WebhookDeliveryList = Schemas['WebhookDeliveryList'];

export type ListQuery = QueryOf<'listIngestions'>;
export type StatusQuery = QueryOf<'getIngestionStatus'>;
export type RunsQuery = QueryOf<'listRuns'>;
export type PageQuery = QueryOf<'listSources'>;
export type EventQuery = QueryOf<'listEvents'>;
export type DeliveriesQuery = QueryOf<'listDeliveries'>;
export type StreamSampleQuery = QueryOf<'getStreamSample'>;
export type DefinitionsQuery = QueryOf<'listConnectorDefinitions'>;

export type Source = Schemas['Source'];
export type Destination = Schemas['Destination'];

export type Fetch = (request: Request) => Promise<Response>;
/** API key or OIDC token, or a function that returns a valid one. */
export type Key = string | (() => string | Promise<string>);

/** The result. `withResponse()` also returns the HTTP response with its headers, such as `ETag`. */
export type Called<T> = Promise<T> & {
  withResponse(): Promise<{ readonly data: T; readonly response: Response }>;
};

/** One request and its outcome. */
export interface AttemptEvent {
  readonly method: string;
  readonly url: string;
  /** Number of the attempt. The first is 1. */
  readonly attempt: number;
  readonly durationMs: number;
  /** Null if no response arrived. */
  readonly status: number | null;
  /** Null after a valid response. The call may be retried after an error. */
  readonly error: unknown;
}

/** Options of a client and of one call. Those of the call take precedence. */
interface RequestOptions {
  /** Maximum retries after a lost connection, a timeout of an attempt, 408, 429, 502, 503 or 504. Default: 3. */
  readonly retries?: number;
  /** Time limit of a call with all its attempts, in milliseconds. Default: ten minutes. */
  readonly timeoutMs?: number;
  /** Time limit of one attempt, in milliseconds. It is then retried. Default: `timeoutMs`. */
  readonly attemptTimeoutMs?: number;
  /** Additional request headers, such as `traceparent`. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ClientOptions extends RequestOptions {
  /** Base URL of the gateway, e.g. `http://127.0.0.1:3000`. */
  readonly url: string;
  /**
   * API key or OIDC token, if the gateway requires one. A function is called for each request, and once more after a 401.
   * It should cache its token and renew it before it expires. If it throws, the call fails with a `CredentialError`.
   */
  readonly key?: Key;
  /** Replaces the global `fetch`. */
  readonly fetch?: Fetch;
  /** Maximum size of a response in bytes. Default: 16 MiB. */
  readonly maxResponseBytes?: number;
  /** Called after each request, for logs and metrics. It must not throw. */
  readonly onAttempt?: (event: AttemptEvent) => void;
}

export interface CallOptions extends RequestOptions {
  /** Aborts the call and its retries. */
  readonly signal?: AbortSignal;
}

/** Options of a call that is sent once, because a repetition would have another effect. */
export type SingleCallOptions = Omit<CallOptions, 'retries'>;

export interface ChangeOptions extends CallOptions {
  /** Identifies the request, so that retries do not repeat its effect. Default: a random UUID. */
  readonly idempotencyKey?: string;
}

export interface StartOptions extends ChangeOptions {
  /** If true and a run is in progress, that run is returned. Otherwise the call fails. */
  readonly attach?: boolean;
}

export interface PatchOptions extends CallOptions {
  /** `ETag` of the version to change. For any other version, the call fails with `precondition-failed`. */
  readonly ifMatch?: string;
}

export interface WaitOptions extends Pick<CallOptions, 'signal' | 'headers'> {
  /** Maximum wait in milliseconds. Default: one hour. */
  readonly timeoutMs?: number;
}
