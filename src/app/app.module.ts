import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { AirbyteModule } from '../airbyte/airbyte.module';
import { ProblemFilter } from '../api/problem/problem.filter';
import { AuthModule } from '../auth/auth.module';
import type { ResolvedSettings } from '../config/settings-types';
import { EventsModule } from '../events/events.module';
import { HealthModule } from '../health/health.module';
import { RequestsInFlight } from '../http/connections/requests-in-flight';
import { MetricsModule } from '../metrics/metrics.module';
import { OperatorModule } from '../operator/operator.module';
import { IdempotencyModule } from '../idempotency/idempotency.module';
import type { Clock } from '../lib/clock';
import type { Tracer } from '../lib/tracer';
import { WebhooksModule } from '../webhooks/webhooks.module';
import { RedisModule } from '../redis/redis.module';
import { CallersShutdown } from './callers-shutdown';
import { GlobalsModule } from './globals.module';

/** Root module of the gateway. */
@Module({})
export class AppModule {
  static forRoot(settings: ResolvedSettings, clock: Clock, tracer: Tracer | null): DynamicModule {
    return {
      module: AppModule,
      imports: [
        GlobalsModule.forRoot(settings, clock, tracer),
        RedisModule,
        AuthModule,
        IdempotencyModule,
        AirbyteModule,
        EventsModule,
        WebhooksModule,
        HealthModule,
        MetricsModule,
        OperatorModule,
      ],
      providers: [RequestsInFlight, CallersShutdown, { provide: APP_FILTER, useClass: ProblemFilter }],
    };
  }
}
