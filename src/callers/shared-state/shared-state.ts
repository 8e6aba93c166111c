import { Logger } from '@nestjs/common';
import type { Redis } from 'ioredis';

/** What a script gave, or why it could not be run. */
export type Attempt =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: string };

const CONNECT_TIMEOUT_MS = 1000;
/** ioredis waits this long also for a connection that is closed already, and the process waits with it. */
const DISCONNECT_TIMEOUT_MS = 100;
const COMMAND_TIMEOUT_MS = 500;
const LONGEST_PAUSE_MS = 1000;
/** For so long after a failure nobody who can do without Redis waits for it. */
const PAUSE_MS = 1000;
/** How long the start waits for Redis. Without it the gateway starts all the same. */
const START_PATIENCE_MS = 2000;

/** What replicas share: a Redis where the settings name one, nothing otherwise. */
export class SharedState {
  private readonly log = new Logger('Redis');
  private isWell = true;
  private pausedUntilMs = 0;

  private constructor(private readonly redis: Redis | null) {
    redis?.on('ready', () => {
      this.note(null);
    });
    // ioredis reports every failed attempt to connect; the first is worth a line.
    redis?.on('error', (error: Error) => {
      this.note(reasonOf(error));
    });
    redis?.on('close', () => {
      this.note('the connection was closed');
    });
  }

  static async connect(redisUrl: string | null): Promise<SharedState> {
    if (redisUrl === null) return new SharedState(null);
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
    const shared = new SharedState(redis);
    await shared.firstContact(redis);
    return shared;
  }

  get isShared(): boolean {
    return this.redis !== null;
  }

  /** Runs a Lua script, which Redis does as one step. Never rejects. */
  async attempt(script: string, keys: readonly string[], args: readonly string[]): Promise<Attempt> {
    if (!this.redis) return { ok: false, reason: 'no Redis is set' };
    try {
      const value: unknown = await this.redis.eval(script, keys.length, ...keys, ...args);
      this.note(null);
      return { ok: true, value };
    } catch (error) {
      const reason = reasonOf(error);
      this.pausedUntilMs = performance.now() + PAUSE_MS;
      this.note(reason);
      return { ok: false, reason };
    }
  }

  /** The same for what can do without: while Redis is out of reach one asks each second, and the others do not wait. */
  async attemptIfWell(script: string, keys: readonly string[], args: readonly string[]): Promise<Attempt> {
    if (performance.now() < this.pausedUntilMs) return { ok: false, reason: 'Redis failed a moment ago' };
    return this.attempt(script, keys, args);
  }

  /** Why Redis cannot be used at the moment; null if it can, or if none is set. */
  async fault(): Promise<string | null> {
    if (!this.redis) return null;
    const answer = await this.attempt("return 'PONG'", [], []);
    return answer.ok ? null : answer.reason;
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

  /** One line when Redis is lost, and one when it is back. */
  private note(fault: string | null): void {
    if (this.isWell === (fault === null)) return;
    this.isWell = fault === null;
    if (fault === null) this.log.warn('Redis is back.');
    else
      this.log.warn(`Redis is out of reach (${fault}): rate limits let pass, idempotency keys are refused.`);
  }
}

/** ioredis's messages name hosts and commands, never the password of the URL. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null;
  return code ?? error.message.slice(0, 100);
}
