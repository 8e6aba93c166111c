import { Module } from '@nestjs/common';
import { SETTINGS, type Settings } from '../config/settings-types';
import { CLOCK, type Clock } from '../lib/clock';
import { RedisModule } from '../redis/redis.module';
import { RedisState } from '../redis/redis-state';
import { MemoryRateLimiter } from './memory-rate-limiter';
import type { RateLimit } from './rate-limiter';
import { RedisRateLimiter } from './redis-rate-limiter';

/** Injection token of the {@link RateLimit}; null if `RATE_LIMIT` is `off`. */
export const RATE_LIMIT = Symbol('RATE_LIMIT');

/** Counts requests per caller, in Redis if configured, otherwise in memory. */
@Module({
  imports: [RedisModule],
  providers: [{ provide: RATE_LIMIT, useFactory: createRateLimit, inject: [SETTINGS, RedisState, CLOCK] }],
  exports: [RATE_LIMIT],
})
export class RateLimitModule {}

function createRateLimit({ rateLimit }: Settings, redis: RedisState, clock: Clock): RateLimit | null {
  if (rateLimit === null) return null;
  const limiter = redis.isConfigured
    ? new RedisRateLimiter(rateLimit, redis)
    : new MemoryRateLimiter(rateLimit, () => clock.monotonicMs());
  return { limit: rateLimit, limiter };
}
