import { Logger } from '@nestjs/common';
import type { Redis } from 'ioredis';

/** A Lua script. Redis runs it as one atomic step. The name identifies it within this process. */
export interface RedisScript {
  readonly name: string;
  readonly lua: string;
}

/** The reply of a script, or the reason why it did not run. */
export type ScriptResult =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: string };

/** Text of a warning. A failed readiness check would remove all replicas, although most requests still work. */
const WITHOUT_REDIS =
  'rate limits are not enforced, requests with an Idempotency-Key are refused, events are recorded later';

const CONNECT_TIMEOUT_MS = 1000;
/** ioredis waits this long even if the connection is already closed, and delays the end of the process. */
const DISCONNECT_TIMEOUT_MS = 100;
const COMMAND_TIMEOUT_MS = 500;
/** Message of the error of ioredis after this time. */
const TIMED_OUT = 'Command timed out';
const LONGEST_PAUSE_MS = 1000;
/** After a failure, optional commands skip Redis for this long. */
const PAUSE_MS = 1000;
/** Maximum wait for Redis at the start. After it, the gateway starts without Redis. */
const START_WAIT_MS = 2000;

/** The probe is a write, because a Redis that is full, read-only or without replicas still answers reads. */
const PROBE: RedisScript = { name: 'probe', lua: `return redis.call('SET', KEYS[1], '1', 'PX', 60000)` };
const PROBE_KEY = 'airbyte-ingestion:probe';

/** `onLoss` is called when messages may have been missed. */
export interface Subscriber {
  readonly onMessage: (message: string) => void;
  readonly onLoss: () => void;
}

/** The connection to the shared Redis of all replicas. Without `REDIS_URL`, every script fails. */
export class RedisState {
  private readonly log = new Logger('Redis');
  private isUsable = true;
  private isAnnouncementFaultLogged = false;
  private readonly defined = new Set<string>();
  private readonly subscriptions: Redis[] = [];
  private pausedUntilMs = 0;
  /** Reason why this Redis must not be used although it answers; otherwise null. */
  private unusable: string | null = null;
  private riskOfLoss: string | null = null;

  private constructor(private readonly redis: Redis | null) {
    redis?.on('ready', () => {
      void this.inspect(redis);
    });
    // ioredis reports every failed connection attempt. Only the first one is logged.
    redis?.on('error', (error: Error) => {
      this.note(reasonOf(error));
    });
    redis?.on('close', () => {
      this.note('the connection was closed');
    });
  }

  static async connect(redisUrl: string | null): Promise<RedisState> {
    if (redisUrl === null) return new RedisState(null);
    const { Redis } = await import('ioredis');
    const redis = new Redis(redisUrl, {
      connectTimeout: CONNECT_TIMEOUT_MS,
      disconnectTimeout: DISCONNECT_TIMEOUT_MS,
      commandTimeout: COMMAND_TIMEOUT_MS,
      // A request must not wait for a reconnection, and a command that timed out must not run later.
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      retryStrategy: (attempt) => Math.min(attempt * 50, LONGEST_PAUSE_MS),
    });
    const state = new RedisState(redis);
    await state.waitUntilReady(redis);
    return state;
  }

  get isConfigured(): boolean {
    return this.redis !== null;
  }

  /** False from a failure until the next successful probe. */
  get isAvailable(): boolean {
    return this.isUsable;
  }

  /** Runs a script. Never rejects. */
  async run(script: RedisScript, keys: readonly string[], args: readonly string[]): Promise<ScriptResult> {
    if (!this.redis) return { ok: false, reason: 'no Redis is set' };
    if (this.unusable !== null) return { ok: false, reason: this.unusable };
    try {
      const value: unknown = await Reflect.apply(this.commandOf(script, this.redis), this.redis, [
        keys.length,
        ...keys,
        ...args,
      ]);
      this.noteSuccess(script);
      return { ok: true, value };
    } catch (error) {
      const reason = reasonOf(error);
      this.pausedUntilMs = performance.now() + PAUSE_MS;
      this.note(reason);
      return { ok: false, reason };
    }
  }

  /** Runs an optional script. After a failure, further calls fail at once for {@link PAUSE_MS}. */
  async runUnlessFailing(
    script: RedisScript,
    keys: readonly string[],
    args: readonly string[],
  ): Promise<ScriptResult> {
    if (performance.now() < this.pausedUntilMs) return { ok: false, reason: 'Redis failed a moment ago' };
    return this.run(script, keys, args);
  }

  /** Sends a message to the subscribers of all replicas. Best effort: a failure is only logged. */
  async publish(channel: string, message: string): Promise<void> {
    try {
      await this.redis?.publish(channel, message);
    } catch (error) {
      this.noteAnnouncements(reasonOf(error));
    }
  }

  /** Subscribes with a connection of its own, as Redis requires. Each new connection may follow a loss. */
  async subscribe(channel: string, { onMessage, onLoss }: Subscriber): Promise<void> {
    if (!this.redis) return;
    const connection = this.redis.duplicate({ lazyConnect: true, autoResubscribe: false });
    this.subscriptions.push(connection);
    connection.on('error', (error: Error) => {
      this.noteAnnouncements(reasonOf(error));
    });
    connection.on('message', (_channel: string, message: string) => {
      onMessage(message);
    });
    connection.on('ready', () => {
      onLoss();
      connection.subscribe(channel).catch((error: unknown) => {
        this.noteAnnouncements(reasonOf(error));
      });
    });
    await connection.connect().catch((error: unknown) => {
      this.noteAnnouncements(reasonOf(error));
    });
  }

  /** Returns a warning if Redis cannot be used or may lose records, otherwise null. */
  async fault(): Promise<string | null> {
    if (!this.redis) return null;
    const answer = await this.run(PROBE, [PROBE_KEY], []);
    return answer.ok ? this.riskOfLoss : `Redis cannot be used (${answer.reason}): ${WITHOUT_REDIS}.`;
  }

  /** Closes the connection. Call it after the last response. */
  async close(): Promise<void> {
    for (const connection of this.subscriptions) connection.disconnect();
    if (this.redis?.status !== 'ready') {
      this.redis?.disconnect();
      return;
    }
    this.redis.removeAllListeners('close');
    await this.redis.quit().catch(() => this.redis?.disconnect());
  }

  /** ioredis sends the text of a script once per connection, and its hash (EVALSHA) after that. */
  private commandOf({ name, lua }: RedisScript, redis: Redis): (...args: unknown[]) => unknown {
    if (!this.defined.has(name)) {
      redis.defineCommand(name, { lua });
      this.defined.add(name);
    }
    return Reflect.get(redis, name) as (...args: unknown[]) => unknown;
  }

  private async waitUntilReady(redis: Redis): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        redis.off('ready', done);
        resolve();
      };
      const timer = setTimeout(done, START_WAIT_MS);
      redis.once('ready', done);
    });
    if (redis.status !== 'ready') this.note('no connection since the start');
  }

  /**
   * Checks each new connection, because a failover may bring another configuration. ioredis silently uses database 0 if the
   * database of the URL does not exist. A Redis that evicts keys loses idempotency records.
   */
  private async inspect(redis: Redis): Promise<void> {
    this.unusable = await this.selectFault(redis);
    this.riskOfLoss = await evictionRisk(redis);
    if (this.riskOfLoss !== null) this.log.warn(this.riskOfLoss);
    if (this.unusable !== null) this.note(this.unusable);
    // Only a successful probe makes Redis usable again.
    else await this.run(PROBE, [PROBE_KEY], []);
  }

  /** Returns null if the database of the URL is selected, otherwise the reason why not. */
  private async selectFault(redis: Redis): Promise<string | null> {
    const database = redis.options.db ?? 0;
    for (;;) {
      try {
        await redis.select(database);
        return null;
      } catch (error) {
        const fault = `database ${database} cannot be selected: ${reasonOf(error)}`;
        if (!isUnanswered(redis, error)) return fault;
        this.unusable = fault;
        this.note(fault);
      }
    }
  }

  /** Only a successful probe ends an outage, because a full Redis still runs scripts that delete. */
  private noteSuccess(script: RedisScript): void {
    if (this.isUsable) return;
    if (script === PROBE) this.note(null);
    else void this.run(PROBE, [PROBE_KEY], []);
  }

  /** Logs only the first fault: without announcements, changes of other replicas show some seconds later. */
  private noteAnnouncements(fault: string): void {
    if (this.isAnnouncementFaultLogged) return;
    this.isAnnouncementFaultLogged = true;
    this.log.warn(`Redis does not pass on announcements (${fault}): changes of other replicas show later.`);
  }

  /** Logs only the start and the end of an outage. */
  private note(fault: string | null): void {
    if (this.isUsable === (fault === null)) return;
    this.isUsable = fault === null;
    if (fault === null) this.log.warn('Redis is usable again.');
    else this.log.warn(`Redis cannot be used (${fault}): ${WITHOUT_REDIS}.`);
  }
}

/** Managed services may forbid INFO. The eviction policy is then unknown and not reported. */
async function evictionRisk(redis: Redis): Promise<string | null> {
  const memory = await memoryInfo(redis);
  const policy = /^maxmemory_policy:(\S+)/m.exec(memory)?.[1] ?? 'noeviction';
  const limit = /^maxmemory:(\d+)/m.exec(memory)?.[1] ?? '0';
  if (policy === 'noeviction' || limit === '0') return null;
  return (
    `Redis may evict records of Idempotency-Keys (maxmemory-policy ${policy}), after which a retry is carried out again. ` +
    'Set maxmemory-policy noeviction.'
  );
}

async function memoryInfo(redis: Redis): Promise<string> {
  for (;;) {
    try {
      return await redis.info('memory');
    } catch (error) {
      if (!isUnanswered(redis, error)) return '';
    }
  }
}

/** Whether a command has to be repeated: a timeout of a slow Redis says nothing about the answer. */
function isUnanswered(redis: Redis, error: unknown): boolean {
  return redis.status === 'ready' && error instanceof Error && error.message === TIMED_OUT;
}

/** Error messages of ioredis contain hosts and commands, but not the password of the URL. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null;
  if (code !== null) return code;
  // ioredis explains its own option here, and Redis appends the hash of the script.
  if (error.message.startsWith("Stream isn't writeable")) return 'there is no connection';
  return error.message.replace(/\.? script: [0-9a-f]{8}.*$/s, '').slice(0, 100);
}
