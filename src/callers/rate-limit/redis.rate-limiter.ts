import type { Clock } from '../../common/clock';
import type { SharedState } from '../shared-state/shared-state';
import { type Quota, quotaOf, type RateLimiter, WINDOW_MS } from './rate.limiter';

/** One count for all replicas; Redis ends the window. */
const TAKE = `
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return { count, redis.call('PTTL', KEYS[1]) }`;

/** After Redis failed to answer, requests pass uncounted for so long, rather than each waiting for it. */
const PAUSE_MS = 1000;

/** For all replicas that share a Redis. While it is out of reach every request passes. */
export class RedisRateLimiter implements RateLimiter {
  private pausedUntilMs = 0;

  constructor(
    private readonly limit: number,
    private readonly shared: SharedState,
    private readonly clock: Clock,
  ) {}

  async take(caller: string): Promise<Quota | null> {
    if (this.clock().getTime() < this.pausedUntilMs) return null;
    const answer = await this.shared.attempt(TAKE, [`airbyte-ingestion:rate:${caller}`], [String(WINDOW_MS)]);
    if (!answer.ok) {
      this.pausedUntilMs = this.clock().getTime() + PAUSE_MS;
      return null;
    }
    const [count, resetMs] = Array.isArray(answer.value) ? (answer.value as unknown[]) : [];
    if (typeof count !== 'number' || typeof resetMs !== 'number') return null;
    return quotaOf(this.limit, count, Math.max(0, resetMs));
  }
}
