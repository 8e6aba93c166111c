import { Global, Module } from '@nestjs/common';
import { CREATION_CLAIMS, MemoryCreationClaims } from '../airbyte/client/creation/creation-claims';
import { SETTINGS, type Settings } from '../config/settings-types';
import { CLOCK, type Clock } from '../lib/clock';
import { RedisModule } from '../redis/redis.module';
import { RedisState } from '../redis/redis-state';
import { IdempotencyHooks } from './idempotency-hooks';
import type { IdempotencyTimes } from './idempotency-store';
import { MemoryIdempotencyStore } from './memory-store';
import { RedisIdempotencyStore } from './redis-store';
import { SharedCreationClaims } from './shared-claims';

/** Idempotency keys and creation claims. The module is global, because the Airbyte client uses the claims. */
@Global()
@Module({
  imports: [RedisModule],
  providers: [
    {
      provide: IdempotencyHooks,
      useFactory: createIdempotency,
      inject: [SETTINGS, RedisState, CLOCK],
    },
    {
      provide: CREATION_CLAIMS,
      useFactory: (settings: Settings, redis: RedisState) =>
        redis.isConfigured ? new SharedCreationClaims(redis, timesOf(settings)) : new MemoryCreationClaims(),
      inject: [SETTINGS, RedisState],
    },
  ],
  exports: [IdempotencyHooks, CREATION_CLAIMS],
})
export class IdempotencyModule {}

function createIdempotency(settings: Settings, redis: RedisState, clock: Clock): IdempotencyHooks {
  const times = timesOf(settings);
  const store = redis.isConfigured
    ? new RedisIdempotencyStore(redis, times)
    : new MemoryIdempotencyStore(times, clock);
  return new IdempotencyHooks(store, times.doubtMs, clock);
}

function timesOf({ idempotencyTtlS, idempotencyDoubtMs }: Settings): IdempotencyTimes {
  return { ttlMs: idempotencyTtlS * 1000, doubtMs: idempotencyDoubtMs };
}
