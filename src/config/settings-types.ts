/** How the gateway signs in to Airbyte: application credentials, a fixed token, HTTP Basic (before 0.60), or nothing. */
export type AirbyteCredentials =
  | { readonly kind: 'none' }
  | { readonly kind: 'client'; readonly clientId: string; readonly clientSecret: string }
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'basic'; readonly username: string; readonly password: string };

/** Everything the client needs to reach one Airbyte. */
export interface AirbyteSettings {
  /** Base of Airbyte's public API without a trailing slash, e.g. `http://host:8000/api/public/v1`. */
  readonly apiUrl: string;
  readonly credentials: AirbyteCredentials;
  /** Whether this Airbyte makes failing connections inactive by itself; the embedded one does not. */
  readonly disablesFailing: boolean;
  /** Limits lists to this workspace; null means every workspace the credentials see. */
  readonly workspaceId: string | null;
  /** Budget of one caller's request in milliseconds, retries and waits included. */
  readonly timeoutMs: number;
  /** The same for a creation, during which Airbyte discovers the source's schema. */
  readonly createTimeoutMs: number;
  /** Budget of one start or cancellation of a job, from the moment it is sent. Waiting for a place may take as long. */
  readonly startTimeoutMs: number;
  /** Calls upstream at one time, starts and cancellations of jobs aside: Airbyte serves its public API with five threads. */
  readonly maxConcurrency: number;
  /** How many of those may be creations. */
  readonly maxCreates: number;
  /** Starts and cancellations of jobs at one time, beside `maxConcurrency`. */
  readonly maxStarts: number;
  /** How many calls may wait for their turn. */
  readonly maxQueue: number;
}

/** One caller's key: only its hash is known here. */
export interface ApiKey {
  readonly name: string;
  readonly scopes: readonly string[];
  /** Hex of the key's SHA-256. */
  readonly sha256: string;
  /** The only workspace this caller may see; null means all. */
  readonly workspaceId: string | null;
}

/** Whose bearer tokens are accepted. */
export interface OidcSettings {
  readonly issuer: string;
  readonly audience: string;
  /** Claim that limits a caller to a workspace, if any. */
  readonly workspaceClaim: string | null;
}

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

/** The whole configuration: parsed once from the environment, then frozen. */
export interface Settings {
  readonly host: string;
  readonly port: number;
  /** Null: no Airbyte was named, so the embedded one is started. */
  readonly airbyte: Omit<AirbyteSettings, 'apiUrl'> & { readonly apiUrl: string | null };
  /** A status may be this old in milliseconds. */
  readonly statusMaxAgeMs: number;
  /** Schedules that fire more often than this are refused. */
  readonly scheduleMinIntervalMinutes: number;
  /** A firing that passed longer ago than this without a run is missed; Airbyte promises half an hour. */
  readonly missedRunToleranceMinutes: number;
  readonly apiKeys: readonly ApiKey[];
  readonly oidc: OidcSettings | null;
  /** True: the operator said aloud that everybody who reaches the gateway may use it. */
  readonly authOff: boolean;
  /** Addresses and networks (CIDR) of the proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  /** Origins of web pages whose scripts may call, e.g. `https://app.example.com`; none: no page of another origin may. */
  readonly corsOrigins: readonly string[];
  /** Host names, without ports, that requests may be sent to; null: every name. */
  readonly allowedHosts: readonly string[] | null;
  /** Requests per minute and caller; null means no limit. */
  readonly rateLimit: number | null;
  readonly idempotencyTtlS: number;
  readonly idempotencyDoubtMs: number;
  readonly redisUrl: string | null;
  readonly logLevel: LogLevel;
  /** Where the embedded Airbyte keeps its state and its `/local` files. */
  readonly dataDir: string;
  /** A secret: the key that the embedded Airbyte encrypts configurations with, 32 bytes in base64; null: `secret.key` in the data directory. */
  readonly dataKey: string | null;
  /** What the embedded Airbyte does with an overwrite that would empty a table that has rows. */
  readonly emptyOverwrite: 'warn' | 'refuse';
  /** Sentences about the environment that an operator should read; they never hold a value. */
  readonly warnings: readonly string[];
}

/** Settings with a known Airbyte: the configured one, or the embedded one. */
export type ResolvedSettings = Settings & { readonly airbyte: AirbyteSettings };

/** Injection token of the parsed, frozen settings. */
export const SETTINGS = Symbol('SETTINGS');
