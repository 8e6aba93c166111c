import type { RedisScript, RedisState } from '../redis/redis-state';
import { type Quota, quotaOf, type RateLimiter, WINDOW_MS } from './rate-limiter';

/** KEYS: counter. ARGV: window. Counts one request. The key expires at the end of the window. */
const TAKE: RedisScript = {
  name: 'rateLimitTake',
  lua: `
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return { count, redis.call('PTTL', KEYS[1]) }`,
};

/** One count for all replicas that share a Redis. While Redis fails, every request is allowed. */
export class RedisRateLimiter implements RateLimiter {
  constructor(
    private readonly limit: number,
    private readonly redis: RedisState,
  ) {}

  async take(caller: string): Promise<Quota | null> {
    const key = `airbyte-ingestion:rate:${caller}`;
    const answer = await this.redis.runUnlessFailing(TAKE, [key], [String(WINDOW_MS)]);
    if (!answer.ok) return null;
    const [count, resetMs] = Array.isArray(answer.value) ? (answer.value as unknown[]) : [];
    if (typeof count !== 'number' || typeof resetMs !== 'number') return null;
    return quotaOf(this.limit, count, Math.max(0, resetMs));
  }
}
