import { createHash } from 'node:crypto';
import type { RedisScript, RedisState } from '../redis/redis-state';
import {
  type BeginResult,
  type IdempotencyStore,
  type IdempotencyTimes,
  inDoubtUntilMs,
  type Intent,
  LEASE_MS,
  type RecordedOutcome,
  pendingTtlMs,
  ShareExhausted,
  StoreUnavailable,
} from './idempotency-store';
import {
  ANSWER,
  BEGIN,
  DOUBT,
  FORGET,
  RELEASE_SHARE,
  KEEP_ALIVE,
  TAKE_SHARE,
  UNDO_BEGIN,
} from './redis-scripts';
import { parseAnswer } from './stored-answer';

/** A record has about 1 kB, half of it the response. A caller therefore uses at most about 200 MB. */
const MAX_RECORDS_OF_CALLER = 200_000;

/** Store for all replicas that share a Redis. Records survive restarts. */
export class RedisIdempotencyStore implements IdempotencyStore {
  constructor(
    private readonly redis: RedisState,
    private readonly times: IdempotencyTimes,
    private readonly maxRecordsOfCaller = MAX_RECORDS_OF_CALLER,
  ) {}

  async begin({ id, caller, fingerprint, owner, nowMs }: Intent): Promise<BeginResult> {
    await this.takeShare(id, caller);
    const untilMs = inDoubtUntilMs(nowMs, this.times);
    const args = [fingerprint, owner, nowMs, LEASE_MS, untilMs, pendingTtlMs(this.times)];
    try {
      return parseBeginResult(await this.run(BEGIN, id, args));
    } catch (error) {
      // A slow Redis may still run BEGIN. It runs the commands of a connection in order, so UNDO_BEGIN runs after it.
      void this.redis.run(UNDO_BEGIN, keysOf(id), [owner]);
      throw error;
    }
  }

  /** Ignores failures, because the next call renews the lease. */
  async keepAlive({ id, owner, nowMs }: Intent, maySend: boolean): Promise<void> {
    const untilMs = maySend ? inDoubtUntilMs(nowMs, this.times) : '';
    await this.redis.run(KEEP_ALIVE, keysOf(id), [owner, String(LEASE_MS), String(untilMs)]);
  }

  async finish({ id, caller, owner }: Intent, outcome: RecordedOutcome): Promise<void> {
    switch (outcome.kind) {
      case 'answered':
        await this.run(ANSWER, id, [owner, JSON.stringify(outcome.answer), this.times.ttlMs]);
        return;
      case 'not-sent':
        await this.run(FORGET, id, [owner]);
        await this.redis.run(RELEASE_SHARE, [shareKeyOf(caller)], [id]);
        return;
      case 'in-doubt':
        await this.run(DOUBT, id, [owner, outcome.untilMs]);
    }
  }

  private async takeShare(id: string, caller: string): Promise<void> {
    const args = [id, pendingTtlMs(this.times), this.maxRecordsOfCaller].map(String);
    const answer = await this.redis.run(TAKE_SHARE, [shareKeyOf(caller)], args);
    if (!answer.ok) throw new StoreUnavailable(answer.reason);
    if (answer.value === 0) throw new ShareExhausted();
  }

  private async run(script: RedisScript, id: string, args: readonly (string | number)[]): Promise<unknown> {
    const answer = await this.redis.run(script, keysOf(id), args.map(String));
    if (!answer.ok) throw new StoreUnavailable(answer.reason);
    return answer.value;
  }
}

/** The hash tag in braces keeps both keys on one node of a cluster. */
function keysOf(id: string): string[] {
  return [`airbyte-ingestion:once:{${id}}:record`, `airbyte-ingestion:once:{${id}}:lock`];
}

/** The name is hashed, because it may contain any character. */
function shareKeyOf(caller: string): string {
  return `airbyte-ingestion:once:share:${createHash('sha256').update(caller).digest('hex')}`;
}

function parseBeginResult(reply: unknown): BeginResult {
  const [kind, first, second] = Array.isArray(reply) ? (reply as unknown[]) : [];
  switch (kind) {
    case 'new':
    case 'in-progress':
    case 'key-reused':
      return { kind };
    case 'answered':
      return { kind, answer: parseAnswer(first) };
    case 'in-doubt':
      return { kind, sinceMs: Number(first), untilMs: Number(second) };
    default:
      throw new StoreUnavailable('unexpected reply of Redis');
  }
}
