/** Permissions of callers. Reads and changes of ingestions; logs, which may contain data; runs that empty tables; webhooks; metrics; the state of the gateway. */
export const SCOPES = [
  'ingestion:read',
  'ingestion:write',
  'ingestion:logs',
  'ingestion:destroy',
  'webhook:write',
  'connector:read',
  'connector:write',
  'metrics:read',
  'operator:read',
] as const;

/** Authentication at Airbyte: application credentials, a fixed token, HTTP Basic (before 0.60), or none. */
export type AirbyteCredentials =
  | { readonly kind: 'none' }
  | { readonly kind: 'client'; readonly clientId: string; readonly clientSecret: string }
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'basic'; readonly username: string; readonly password: string };

/** Settings of the Airbyte client. */
export interface AirbyteSettings {
  /** Base of Airbyte's public API without a trailing slash, e.g. `http://host:8000/api/public/v1`. */
  readonly apiUrl: string;
  readonly credentials: AirbyteCredentials;
  /** True if Airbyte disables connections that keep failing. The embedded Airbyte does not. */
  readonly disablesFailing: boolean;
  /** Limits lists to this workspace; null means every workspace of the credentials. */
  readonly workspaceId: string | null;
  /** Time limit of a request in milliseconds, including retries and waits. */
  readonly timeoutMs: number;
  /** Time limit of a creation in milliseconds, including the schema discovery of the source. */
  readonly createTimeoutMs: number;
  /** Time limit of a start or cancellation of a job in milliseconds, from sending. The wait before has the same limit. */
  readonly startTimeoutMs: number;
  /** Maximum concurrent calls, without starts and cancellations. Airbyte serves its public API with five threads. */
  readonly maxConcurrency: number;
  /** Maximum concurrent creations within `maxConcurrency`. */
  readonly maxCreates: number;
  /** Maximum concurrent starts and cancellations of jobs, in addition to `maxConcurrency`. */
  readonly maxStarts: number;
  /** Maximum number of waiting calls. */
  readonly maxQueue: number;
  /** False: Airbyte's internal API is never called. */
  readonly usesInternalApi: boolean;
  /** Base of Airbyte's internal API, e.g. `http://host:8000/api/v1`. Null: derived from `apiUrl`. */
  readonly internalApiUrl: string | null;
}

/** Settings of the read model of Airbyte. */
export interface MirrorSettings {
  /** Pause between two reads of the feed of jobs in milliseconds; 0: every read is direct. */
  readonly feedIntervalMs: number;
  /** An older connection is read directly. In milliseconds. */
  readonly connectionMaxAgeMs: number;
  /** Maximum age in milliseconds of facts that are returned while Airbyte cannot be read. */
  readonly staleIfErrorMs: number;
  /** Maximum number of connections in memory. Others are read directly. */
  readonly maxConnections: number;
}

export interface TracingSettings {
  /** Base URL of a collector that takes OTLP over HTTP; null: nothing is traced. */
  readonly endpoint: string | null;
  /** Name of this service in traces. */
  readonly serviceName: string;
}

export interface MetricsSettings {
  /** Port that serves the metrics without authentication; null: `HOST` and `PORT` with the scope `metrics:read`. */
  readonly port: number | null;
  /** Accepted host names on that port; null means every name. */
  readonly allowedHosts: readonly string[] | null;
  /** Maximum number of time series of ingestions. */
  readonly maxSeries: number;
}

/** Settings of the event log. */
export interface EventSettings {
  /** Redis is shared by replicas. SQLite is a file in `dataDir` for one process. Null: there are no events. */
  readonly storage: 'redis' | 'sqlite' | null;
  /** Reason why there are no events, with the fix; null if there are. */
  readonly offReason: string | null;
  /** Identifies the Airbyte of the events, by its URL: each has a log of its own. */
  readonly upstreamId: string;
  /** Time in milliseconds for which events are kept. */
  readonly retentionMs: number;
}

/** Settings of the webhooks. */
export interface WebhookSettings {
  /** Reason why there are no webhooks, with the fix; null if there are. */
  readonly offReason: string | null;
  /** Host names, addresses and networks (CIDR) of internal receivers. */
  readonly allowedHosts: readonly string[];
}

/** An API key. Only its hash is stored. */
export interface ApiKey {
  readonly name: string;
  readonly scopes: readonly string[];
  /** Hex of the key's SHA-256. */
  readonly sha256: string;
  /** The only workspace of this caller; null means all. */
  readonly workspaceId: string | null;
}

/** Issuer of accepted bearer tokens. */
export interface OidcSettings {
  readonly issuer: string;
  readonly audience: string;
  /** Claim with the only workspace of a caller; null means no limit. */
  readonly workspaceClaim: string | null;
}

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

/** The configuration, parsed once from the environment and frozen. */
export interface Settings {
  readonly host: string;
  readonly port: number;
  /** `apiUrl` is null if the embedded Airbyte is used. */
  readonly airbyte: Omit<AirbyteSettings, 'apiUrl'> & { readonly apiUrl: string | null };
  /** Direct reads only: at most one upstream read per ingestion in this time, in milliseconds. */
  readonly statusMaxAgeMs: number;
  readonly mirror: MirrorSettings;
  readonly metrics: MetricsSettings;
  readonly tracing: TracingSettings;
  readonly events: EventSettings;
  readonly webhooks: WebhookSettings;
  /** Last part of the path that Airbyte's notifications are sent to. Null: they are not accepted. */
  readonly notificationToken: string | null;
  /**
   * Longest time without new data for ingestions that have no objective of their own, as an ISO 8601 duration. Null: their
   * schedule decides.
   */
  readonly freshness: string | null;
  /** Minimum interval of schedules. More frequent ones are refused. */
  readonly scheduleMinIntervalMinutes: number;
  /** A firing without a run counts as missed after this time. Airbyte guarantees a start within 30 minutes. */
  readonly missedRunToleranceMinutes: number;
  readonly apiKeys: readonly ApiKey[];
  /** True if the API keys come from a file. SIGHUP then reads it again. */
  readonly reloadsApiKeys: boolean;
  readonly oidc: OidcSettings | null;
  /** True if the operator explicitly disabled authentication (`AUTH=off`). */
  readonly authOff: boolean;
  /** Addresses and networks (CIDR) of trusted proxies. Their `X-Forwarded-For` is used. */
  readonly trustedProxies: readonly string[];
  /** Allowed origins of scripts, e.g. `https://app.example.com`. If empty, no other origin is allowed. */
  readonly corsOrigins: readonly string[];
  /** Accepted host names without ports; null means every name. */
  readonly allowedHosts: readonly string[] | null;
  /** Requests per minute and caller; null means no limit. */
  readonly rateLimit: number | null;
  readonly idempotencyTtlS: number;
  readonly idempotencyDoubtMs: number;
  readonly redisUrl: string | null;
  /** Secret that signs page tokens: 32 bytes in base64. Null: derived from the credentials for Airbyte, or random. */
  readonly pageTokenKey: string | null;
  readonly logLevel: LogLevel;
  /** True: the web page for operators is served at `/ui`. */
  readonly servesUi: boolean;
  /** True: readiness does not depend on Airbyte, so that an outage of it removes no replica from a load balancer. */
  readonly readyWithoutAirbyte: boolean;
  /** Directory of the event log, and of the state and the `/local` files of the embedded Airbyte. */
  readonly dataDir: string;
  /**
   * Encryption key for configurations of the embedded Airbyte and for secrets of webhooks: 32 bytes in base64. Null:
   * `secret.key` and `webhooks.key` in `dataDir`.
   */
  readonly dataKey: string | null;
  /** Reaction of the embedded Airbyte to an overwrite that would leave a table with rows empty. */
  readonly emptyOverwrite: 'warn' | 'refuse';
  /** Warnings about the environment for the operator. They never contain a value. */
  readonly warnings: readonly string[];
}

/** Settings with the URL of the configured or embedded Airbyte. */
export type ResolvedSettings = Settings & { readonly airbyte: AirbyteSettings };

/** Returns true if callers must authenticate: an API key or an issuer of tokens is configured. */
export function requiresAuthentication({ apiKeys, oidc }: Pick<Settings, 'apiKeys' | 'oidc'>): boolean {
  return apiKeys.length > 0 || oidc !== null;
}

/** Injection token of the parsed, frozen settings. */
export const SETTINGS = Symbol('SETTINGS');
