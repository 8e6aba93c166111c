import { Module } from '@nestjs/common';
import { requiresAuthentication, SETTINGS, type Settings } from '../config/settings-types';
import { CLOCK, type Clock } from '../lib/clock';
import { RATE_LIMIT, RateLimitModule } from '../rate-limit/rate-limit.module';
import type { RateLimit } from '../rate-limit/rate-limiter';
import { ApiKeyRing } from './api-keys';
import { Authenticator } from './authenticator';
import { CallerGate } from './caller-gate';

/** Authentication, rate limiting and authorization of callers. */
@Module({
  imports: [RateLimitModule],
  providers: [
    {
      provide: ApiKeyRing,
      useFactory: ({ apiKeys }: Settings) => new ApiKeyRing(apiKeys),
      inject: [SETTINGS],
    },
    {
      provide: CallerGate,
      useFactory: async (settings: Settings, keys: ApiKeyRing, rateLimit: RateLimit | null, clock: Clock) =>
        new CallerGate(await createAuthenticator(settings, keys, clock), rateLimit, () =>
          clock.monotonicMs(),
        ),
      inject: [SETTINGS, ApiKeyRing, RATE_LIMIT, CLOCK],
    },
  ],
  exports: [ApiKeyRing, CallerGate],
})
export class AuthModule {}

/** Returns null if no callers are configured. Every request is then allowed. */
async function createAuthenticator(
  settings: Settings,
  keys: ApiKeyRing,
  clock: Clock,
): Promise<Authenticator | null> {
  const { oidc } = settings;
  if (!requiresAuthentication(settings)) return null;
  // Loaded only if needed, because loading takes a large part of the start.
  const verifier = oidc && new (await import('./oidc-verifier.js')).OidcVerifier(oidc, clock);
  return new Authenticator(keys, verifier);
}
