import { Global, Module } from '@nestjs/common';
import { CREATION_CLAIMS, MemoryCreationClaims } from '../airbyte/client/creation/creation-claims';
import { SETTINGS, type Settings } from '../config/settings-types';
import { CLOCK, type Clock } from '../lib/clock';
import { RedisModule } from '../redis/redis.module';
import { SharedState } from '../redis/redis-state';
import { IdempotencyHooks } from './idempotency-hooks';
import type { IdempotencyTimes } from './idempotency-store';
import { MemoryIdempotencyStore } from './memory-store';
import { RedisIdempotencyStore } from './redis-store';
import { SharedCreationClaims } from './shared-claims';

/** One outcome per Idempotency-Key, and one request per created connection. Global: Airbyte's client needs the claims. */
@Global()
@Module({
  imports: [RedisModule],
  providers: [
    {
      provide: IdempotencyHooks,
      useFactory: createIdempotency,
      inject: [SETTINGS, SharedState, CLOCK],
    },
    {
      provide: CREATION_CLAIMS,
      useFactory: (settings: Settings, shared: SharedState) =>
        shared.isShared ? new SharedCreationClaims(shared, timesOf(settings)) : new MemoryCreationClaims(),
      inject: [SETTINGS, SharedState],
    },
  ],
  exports: [IdempotencyHooks, CREATION_CLAIMS],
})
export class IdempotencyModule {}

function createIdempotency(settings: Settings, shared: SharedState, clock: Clock): IdempotencyHooks {
  const times = timesOf(settings);
  const store = shared.isShared
    ? new RedisIdempotencyStore(shared, times)
    : new MemoryIdempotencyStore(times, clock);
  return new IdempotencyHooks(store, times.doubtMs, clock);
}

function timesOf({ idempotencyTtlS, idempotencyDoubtMs }: Settings): IdempotencyTimes {
  return { ttlMs: idempotencyTtlS * 1000, doubtMs: idempotencyDoubtMs };
}
