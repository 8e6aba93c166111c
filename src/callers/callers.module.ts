import { type DynamicModule, Module } from '@nestjs/common';
import { CREATION_CLAIMS, MemoryCreationClaims } from '../airbyte/client/creation.claims';
import { CLOCK, type Clock } from '../common/clock';
import { RequestsInFlight } from '../common/http/requests-in-flight';
import type { Settings } from '../config/settings.types';
import { ApiKeyRing } from './auth/api-keys';
import { Authenticator } from './auth/authenticator';
import { CallersShutdown } from './callers.shutdown';
import { IdempotencyHooks } from './idempotency/idempotency.hooks';
import type { IdempotencyTimes } from './idempotency/idempotency.store';
import { MemoryIdempotencyStore } from './idempotency/memory.store';
import { RedisIdempotencyStore } from './idempotency/redis.store';
import { SharedCreationClaims } from './idempotency/shared.claims';
import { CallerGate, type RateLimit } from './caller.gate';
import { MemoryRateLimiter } from './rate-limit/memory.rate-limiter';
import { RedisRateLimiter } from './rate-limit/redis.rate-limiter';
import { SharedState } from './shared-state/shared-state';

/** Who may call, how often, and once only. */
@Module({})
export class CallersModule {
  static forRoot(settings: Settings): DynamicModule {
    return {
      module: CallersModule,
      global: true,
      providers: [
        RequestsInFlight,
        CallersShutdown,
        { provide: SharedState, useFactory: () => SharedState.connect(settings.redisUrl) },
        {
          provide: CallerGate,
          useFactory: async (shared: SharedState, clock: Clock) =>
            new CallerGate(
              await createAuthenticator(settings, clock),
              createRateLimit(settings, shared, clock),
              () => clock.monotonicMs(),
            ),
          inject: [SharedState, CLOCK],
        },
        {
          provide: IdempotencyHooks,
          useFactory: (shared: SharedState, clock: Clock) => createIdempotency(settings, shared, clock),
          inject: [SharedState, CLOCK],
        },
        {
          provide: CREATION_CLAIMS,
          useFactory: (shared: SharedState) =>
            shared.isShared
              ? new SharedCreationClaims(shared, timesOf(settings))
              : new MemoryCreationClaims(),
          inject: [SharedState],
        },
      ],
      exports: [SharedState, CallerGate, IdempotencyHooks, RequestsInFlight, CREATION_CLAIMS],
    };
  }
}

/** Null where no callers are named: everybody who reaches the gateway may use it. */
async function createAuthenticator(settings: Settings, clock: Clock): Promise<Authenticator | null> {
  const { apiKeys, oidc } = settings;
  if (apiKeys.length === 0 && oidc === null) return null;
  // Loaded only when it is needed, since loading it takes longer than most of the start.
  const verifier = oidc && new (await import('./auth/oidc.verifier.js')).OidcVerifier(oidc, clock);
  return new Authenticator(new ApiKeyRing(apiKeys), verifier);
}

function createRateLimit({ rateLimit }: Settings, shared: SharedState, clock: Clock): RateLimit | null {
  if (rateLimit === null) return null;
  const limiter = shared.isShared
    ? new RedisRateLimiter(rateLimit, shared)
    : new MemoryRateLimiter(rateLimit, () => clock.monotonicMs());
  return { limit: rateLimit, limiter };
}

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
