import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import {
  isLoopback,
  readAirbyteCredentials,
  readApiKeys,
  readNotificationToken,
  readOidc,
  requireAuthenticationBeyondLoopback,
} from './credentials';
import { Environment, SettingsError } from './environment';
import { parseDurationMs } from './iso-duration';
import { misspeltSettings } from './misspelt-settings';
import type { ApiKey, EventSettings, LogLevel, MirrorSettings, Settings } from './settings-types';

const LOG_LEVELS: readonly LogLevel[] = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];
const MINUTE_MS = 60_000;
const DAY_S = 86_400;
const LOOPBACK_HOSTS = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Reads the configuration from environment variables.
 * @throws SettingsError that names every invalid setting, but no value
 */
export function parseSettings(variables: Readonly<Record<string, string | undefined>>): Settings {
  const env = new Environment(variables);
  const allowedHosts = readAllowedHosts(env);
  const mirror = readMirror(env);
  const events: EventSettings = {
    ...readEventStorage(env, mirror),
    upstreamId: upstreamIdOf(env),
    retentionMs:
      1000 * env.integer('EVENTS_RETENTION_S', { fallback: 7 * DAY_S, min: 3600, max: 365 * DAY_S }),
  };
  const settings: Settings = {
    host: env.text('HOST') ?? '127.0.0.1',
    port: env.integer('PORT', { fallback: 3000, min: 0, max: 65_535 }),
    airbyte: {
      apiUrl: env.url('AIRBYTE_API_URL', ['http:', 'https:']),
      disablesFailing: env.text('AIRBYTE_API_URL') !== null,
      credentials: readAirbyteCredentials(env),
      workspaceId: env.text('AIRBYTE_WORKSPACE_ID'),
      timeoutMs: env.integer('AIRBYTE_TIMEOUT_MS', { fallback: 10_000, min: 100, max: 60 * MINUTE_MS }),
      createTimeoutMs: env.integer('AIRBYTE_CREATE_TIMEOUT_MS', {
        fallback: 5 * MINUTE_MS,
        min: 100,
        max: 60 * MINUTE_MS,
      }),
      startTimeoutMs: env.integer('AIRBYTE_START_TIMEOUT_MS', {
        fallback: 2 * MINUTE_MS,
        min: 100,
        max: 60 * MINUTE_MS,
      }),
      maxConcurrency: env.integer('AIRBYTE_MAX_CONCURRENCY', { fallback: 3, min: 1, max: 1000 }),
      maxCreates: env.integer('AIRBYTE_MAX_CREATES', { fallback: 2, min: 1, max: 1000 }),
      maxStarts: env.integer('AIRBYTE_MAX_STARTS', { fallback: 2, min: 1, max: 1000 }),
      maxQueue: env.integer('AIRBYTE_MAX_QUEUE', { fallback: 1000, min: 0, max: 1_000_000 }),
      usesInternalApi: env.oneOf('AIRBYTE_INTERNAL_API', ['auto', 'off']) !== 'off',
      internalApiUrl: env.url('AIRBYTE_INTERNAL_API_URL', ['http:', 'https:']),
    },
    statusMaxAgeMs: env.integer('STATUS_MAX_AGE_MS', { fallback: 1000, min: 0, max: 60 * MINUTE_MS }),
    mirror,
    events,
    webhooks: { offReason: webhooksOffReason(env, events), allowedHosts: readWebhookHosts(env) },
    notificationToken: readNotificationToken(env),
    metrics: {
      port: readMetricsPort(env),
      allowedHosts: allowedHosts.withoutSignIn,
      maxSeries: env.integer('METRICS_MAX_SERIES', { fallback: 200_000, min: 0, max: 10_000_000 }),
    },
    tracing: {
      endpoint: env.url('OTEL_EXPORTER_OTLP_ENDPOINT', ['http:', 'https:']),
      serviceName: env.text('OTEL_SERVICE_NAME') ?? 'airbyte-ingestion-api',
    },
    freshness: readFreshness(env),
    scheduleMinIntervalMinutes: env.integer('SCHEDULE_MIN_INTERVAL_MINUTES', {
      fallback: 1,
      min: 1,
      max: 7 * 24 * 60,
    }),
    missedRunToleranceMinutes: env.integer('MISSED_RUN_TOLERANCE_MINUTES', {
      fallback: 30,
      min: 1,
      max: 7 * 24 * 60,
    }),
    apiKeys: readApiKeys(env),
    reloadsApiKeys: env.text('API_KEYS_FILE') !== null,
    oidc: readOidc(env),
    authOff: env.oneOf('AUTH', ['off']) === 'off',
    trustedProxies: readTrustedProxies(env),
    corsOrigins: readOrigins(env),
    allowedHosts: allowedHosts.main,
    rateLimit: readRateLimit(env),
    idempotencyTtlS: env.integer('IDEMPOTENCY_TTL_S', { fallback: DAY_S, min: 1, max: 365 * DAY_S }),
    idempotencyDoubtMs: env.integer('IDEMPOTENCY_DOUBT_MS', {
      fallback: 15 * MINUTE_MS,
      min: 0,
      max: DAY_S * 1000,
    }),
    redisUrl: env.url('REDIS_URL', ['redis:', 'rediss:'], env.secret('REDIS_URL')),
    pageTokenKey: readKey(env, 'PAGE_TOKEN_KEY'),
    logLevel: env.oneOf('LOG_LEVEL', LOG_LEVELS) ?? 'info',
    servesUi: env.oneOf('UI', ['on', 'off']) !== 'off',
    readyWithoutAirbyte: env.oneOf('READY_WITHOUT_AIRBYTE', ['on', 'off']) === 'on',
    dataDir: env.text('DATA_DIR') ?? './data',
    dataKey: readKey(env, 'DATA_KEY'),
    emptyOverwrite: env.oneOf('EMPTY_OVERWRITE', ['warn', 'refuse']) ?? 'warn',
    warnings: [],
  };
  requireAuthenticationBeyondLoopback(env, settings);
  if (settings.airbyte.maxCreates > settings.airbyte.maxConcurrency) {
    env.complain('AIRBYTE_MAX_CREATES', 'must not be larger than AIRBYTE_MAX_CONCURRENCY');
  }
  if (
    settings.metrics.port !== null &&
    settings.metrics.port !== 0 &&
    settings.metrics.port === settings.port
  ) {
    env.complain('METRICS_PORT', 'must not be PORT: leave it unset to serve the metrics there');
  }
  const misspelt = misspeltSettings(Object.keys(variables), env.known);
  if (env.complaints.length > 0) throw new SettingsError([...env.complaints, ...misspelt]);
  return deepFreeze({ ...settings, warnings: [...misspelt, ...pageTokenWarnings(settings)] });
}

/**
 * Reads the API keys again, from the file that `API_KEYS_FILE` names.
 * @throws SettingsError if the file is invalid
 */
export function parseApiKeys(variables: Readonly<Record<string, string | undefined>>): readonly ApiKey[] {
  const env = new Environment(variables);
  const keys = readApiKeys(env);
  if (env.complaints.length > 0) throw new SettingsError(env.complaints);
  return keys;
}

function readMirror(env: Environment): MirrorSettings {
  return {
    feedIntervalMs: env.integer('FEED_INTERVAL_MS', { fallback: 2000, min: 0, max: 10 * MINUTE_MS }),
    connectionMaxAgeMs: env.integer('CONNECTION_MAX_AGE_MS', {
      fallback: 15_000,
      min: 0,
      max: 60 * MINUTE_MS,
    }),
    staleIfErrorMs: 1000 * env.integer('STALE_IF_ERROR_S', { fallback: 300, min: 0, max: DAY_S }),
    maxConnections: env.integer('MIRROR_MAX_CONNECTIONS', { fallback: 20_000, min: 0, max: 1_000_000 }),
  };
}

function upstreamIdOf(env: Environment): string {
  const url = env.text('AIRBYTE_API_URL')?.replace(/\/+$/, '');
  return url === undefined ? 'embedded' : createHash('sha256').update(url).digest('hex').slice(0, 12);
}

/** Events must survive a restart, so memory does not suffice. They come from the feed, so they need it. */
function readEventStorage(
  env: Environment,
  { feedIntervalMs }: MirrorSettings,
): Pick<EventSettings, 'storage' | 'offReason'> {
  if (feedIntervalMs === 0)
    return { storage: null, offReason: 'FEED_INTERVAL_MS is 0, so the gateway does not follow Airbyte.' };
  if (env.text('REDIS_URL') !== null || env.text('REDIS_URL_FILE') !== null)
    return { storage: 'redis', offReason: null };
  if (env.text('DATA_DIR') !== null || env.text('AIRBYTE_API_URL') === null) {
    return { storage: 'sqlite', offReason: null };
  }
  return {
    storage: null,
    offReason: 'Events need a place to be kept. Set REDIS_URL, or DATA_DIR for one process.',
  };
}

/** Deliveries are read from the event log, and their secrets are encrypted. */
function webhooksOffReason(
  env: Environment,
  { storage, offReason, retentionMs }: EventSettings,
): string | null {
  if (storage === null) return `Webhooks need events. ${offReason ?? ''}`.trim();
  if (retentionMs < 7 * DAY_S * 1000)
    return `EVENTS_RETENTION_S is below ${7 * DAY_S}: deliveries are repeated for days and kept for a week.`;
  const hasKey = env.text('DATA_KEY') !== null || env.text('DATA_KEY_FILE') !== null;
  return storage === 'redis' && !hasKey
    ? 'The secrets of webhooks are encrypted in Redis. Set DATA_KEY to the same value at all replicas.'
    : null;
}

/** Host names without ports, or networks in CIDR notation (RFC 4632). */
function readWebhookHosts(env: Environment): string[] {
  const reason = 'must be a host name, an address or a network, such as hooks.internal or 10.0.0.0/8';
  return env.list('WEBHOOK_ALLOWED_HOSTS', (entry) => isHostName(entry) || isNetwork(entry), reason);
}

/** Several replicas share a Redis, so a random key for each would be noticed by callers only. */
function pageTokenWarnings({ redisUrl, pageTokenKey, airbyte }: Settings): string[] {
  if (redisUrl === null || pageTokenKey !== null || airbyte.credentials.kind !== 'none') return [];
  if (airbyte.apiUrl === null) return [];
  return [
    'Page tokens are valid only at the replica that issued them, until it restarts: set PAGE_TOKEN_KEY to the same value at all replicas.',
  ];
}

/** Networks have CIDR notation (RFC 4632): `10.0.0.0/8`, `fd00::/8`. */
function readTrustedProxies(env: Environment): string[] {
  return env.list('TRUSTED_PROXIES', isNetwork, 'must be an IP address or a network such as 10.0.0.0/8');
}

/** Origins in the form that browsers send (RFC 6454, section 6.2), because they are compared as text. */
function readOrigins(env: Environment): string[] {
  const reason = 'must be an origin such as https://app.example.com: lower case, no path, no default port';
  return env.list('CORS_ORIGINS', isOrigin, reason);
}

/**
 * If unset, a gateway on loopback without authentication accepts only loopback names. This prevents DNS rebinding by web
 * pages. Any other gateway accepts every name, because proxies and probes use names that are not configured here.
 */
function readAllowedHosts(env: Environment): AllowedHosts {
  if (env.text('ALLOWED_HOSTS') === '*') return { main: null, withoutSignIn: null };
  const reason = 'must be a host name or address without a port, such as api.example.com or [::1]';
  const hosts = env.list('ALLOWED_HOSTS', isHostName, reason).map((host) => host.toLowerCase());
  if (hosts.length > 0) return { main: hosts, withoutSignIn: hosts };
  const isOpen =
    env.text('API_KEYS') === null && env.text('API_KEYS_FILE') === null && env.text('OIDC_ISSUER') === null;
  const host = env.text('HOST') ?? '127.0.0.1';
  const names = [...new Set([...LOOPBACK_HOSTS, host === '::1' ? '[::1]' : host])];
  const withoutSignIn = isLoopback(host) ? names : null;
  return { main: isOpen ? withoutSignIn : null, withoutSignIn };
}

/** Accepted host names; null means every name. */
interface AllowedHosts {
  readonly main: readonly string[] | null;
  /** On a port that needs no authentication, whatever `PORT` needs. */
  readonly withoutSignIn: readonly string[] | null;
}

/** 0 chooses a free port, as for PORT. */
function readMetricsPort(env: Environment): number | null {
  if (env.text('METRICS_PORT') === null) return null;
  return env.integer('METRICS_PORT', { fallback: 0, min: 0, max: 65_535 });
}

function isHostName(text: string): boolean {
  return /^(\[[0-9a-f:.]+\]|[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?)$/i.test(text);
}

function isOrigin(text: string): boolean {
  return /^https?:[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

function readRateLimit(env: Environment): number | null {
  if (env.text('RATE_LIMIT') === 'off') return null;
  return env.integer('RATE_LIMIT', { fallback: 6000, min: 1, max: 10_000_000 });
}

function readFreshness(env: Environment): string | null {
  const text = env.text('FRESHNESS');
  if (text !== null && parseDurationMs(text) === null)
    env.complain('FRESHNESS', 'must be an ISO 8601 duration such as PT6H or P2D');
  return text;
}

function deepFreeze<T extends object>(value: T): T {
  for (const member of Object.values(value) as unknown[]) {
    if (typeof member === 'object' && member !== null) deepFreeze(member);
  }
  return Object.freeze(value);
}

const KEY_BYTES = 32;

function readKey(env: Environment, name: 'DATA_KEY' | 'PAGE_TOKEN_KEY'): string | null {
  const key = env.secret(name);
  if (key === null) return null;
  // Buffer ignores invalid characters, so the bytes are encoded again and compared.
  const bytes = Buffer.from(key, 'base64');
  if (bytes.length === KEY_BYTES && bytes.toString('base64') === key) return key;
  env.complain(name, `must be ${KEY_BYTES} bytes in base64, as openssl rand -base64 32 makes them`);
  return null;
}
