import { Logger } from '@nestjs/common';
import type { Redis } from 'ioredis';

/** What a script gave, or why it could not be run. */
export type Attempt =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: string };

/** Not a reason to be unready: every replica would be at one time, and most requests can be served. */
const WITHOUT_REDIS = 'rate limits are not enforced, requests with an Idempotency-Key are refused';

const CONNECT_TIMEOUT_MS = 1000;
/** ioredis waits this long also for a connection that is closed already, and the process waits with it. */
const DISCONNECT_TIMEOUT_MS = 100;
const COMMAND_TIMEOUT_MS = 500;
const LONGEST_PAUSE_MS = 1000;
/** For so long after a failure nobody who can do without Redis waits for it. */
const PAUSE_MS = 1000;
/** How long the start waits for Redis. Without it the gateway starts all the same. */
const START_PATIENCE_MS = 2000;

/** A write, since a Redis that is full, read-only or without replicas still answers reads. */
const PROBE = `return redis.call('SET', KEYS[1], '1', 'PX', 60000)`;
const PROBE_KEY = 'airbyte-ingestion:probe';

/** The Redis that replicas share. Without `REDIS_URL` there is none, and every attempt fails. */
export class RedisState {
  private readonly log = new Logger('Redis');
  private isWell = true;
  private pausedUntilMs = 0;
  /** Why this Redis must not be used although it answers. */
  private unusable: string | null = null;
  private riskOfLoss: string | null = null;

  private constructor(private readonly redis: Redis | null) {
    redis?.on('ready', () => {
      void this.inspect(redis);
    });
    // ioredis reports every failed attempt to connect; the first is worth a line.
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
      // A request must not wait for Redis to come back, nor may a change that was given up be carried out later.
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      retryStrategy: (attempt) => Math.min(attempt * 50, LONGEST_PAUSE_MS),
    });
    const shared = new RedisState(redis);
    await shared.firstContact(redis);
    return shared;
  }

  get isConfigured(): boolean {
    return this.redis !== null;
  }

  /** Runs a Lua script, which Redis does as one step. Never rejects. */
  async attempt(script: string, keys: readonly string[], args: readonly string[]): Promise<Attempt> {
    if (!this.redis) return { ok: false, reason: 'no Redis is set' };
    if (this.unusable !== null) return { ok: false, reason: this.unusable };
    try {
      const value: unknown = await this.redis.eval(script, keys.length, ...keys, ...args);
      this.noteSuccess(script);
      return { ok: true, value };
    } catch (error) {
      const reason = reasonOf(error);
      this.pausedUntilMs = performance.now() + PAUSE_MS;
      this.note(reason);
      return { ok: false, reason };
    }
  }

  /** The same for what can do without: while Redis is out of reach one asks each second, and the others do not wait. */
  async runUnlessFailing(script: string, keys: readonly string[], args: readonly string[]): Promise<Attempt> {
    if (performance.now() < this.pausedUntilMs) return { ok: false, reason: 'Redis failed a moment ago' };
    return this.attempt(script, keys, args);
  }

  /** Returns what is wrong with Redis: it cannot be used, or it may lose records; null when nothing is, or none is set. */
  async fault(): Promise<string | null> {
    if (!this.redis) return null;
    const answer = await this.attempt(PROBE, [PROBE_KEY], []);
    return answer.ok ? this.riskOfLoss : `Redis cannot be used (${answer.reason}): ${WITHOUT_REDIS}.`;
  }

  /** After the last answer was sent. */
  async close(): Promise<void> {
    if (this.redis?.status !== 'ready') {
      this.redis?.disconnect();
      return;
    }
    this.redis.removeAllListeners('close');
    await this.redis.quit().catch(() => this.redis?.disconnect());
  }

  private async firstContact(redis: Redis): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        redis.off('ready', done);
        resolve();
      };
      const timer = setTimeout(done, START_PATIENCE_MS);
      redis.once('ready', done);
    });
    if (redis.status !== 'ready') this.note('no contact since the start');
  }

  /**
   * ioredis goes on with database 0 when the one of the URL does not exist, and a Redis that evicts keys forgets what was
   * done. Both are looked for at each new connection, since a failover may bring another configuration.
   */
  private async inspect(redis: Redis): Promise<void> {
    const database = redis.options.db ?? 0;
    this.unusable = await redis.select(database).then(
      () => null,
      (error: unknown) => `database ${database} cannot be selected: ${reasonOf(error)}`,
    );
    this.riskOfLoss = await evictionRisk(redis);
    if (this.riskOfLoss !== null) this.log.warn(this.riskOfLoss);
    if (this.unusable !== null) this.note(this.unusable);
    // A write decides whether Redis can be used again.
    else await this.attempt(PROBE, [PROBE_KEY], []);
  }

  /** A full Redis still carries out some scripts, such as those that delete: only the probe ends an outage. */
  private noteSuccess(script: string): void {
    if (this.isWell) return;
    if (script === PROBE) this.note(null);
    else void this.attempt(PROBE, [PROBE_KEY], []);
  }

  /** One line when Redis is lost, and one when it is back. */
  private note(fault: string | null): void {
    if (this.isWell === (fault === null)) return;
    this.isWell = fault === null;
    if (fault === null) this.log.warn('Redis is back.');
    else this.log.warn(`Redis cannot be used (${fault}): ${WITHOUT_REDIS}.`);
  }
}

/** Managed services may forbid INFO; then nothing is known of evictions. */
async function evictionRisk(redis: Redis): Promise<string | null> {
  const memory = await redis.info('memory').catch(() => '');
  const policy = /^maxmemory_policy:(\S+)/m.exec(memory)?.[1] ?? 'noeviction';
  const limit = /^maxmemory:(\d+)/m.exec(memory)?.[1] ?? '0';
  if (policy === 'noeviction' || limit === '0') return null;
  return (
    `Redis may evict records of Idempotency-Keys (maxmemory-policy ${policy}), after which a retry is done twice: ` +
    'set maxmemory-policy noeviction.'
  );
}

/** ioredis's messages name hosts and commands, never the password of the URL. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null;
  return code ?? error.message.slice(0, 100);
}
