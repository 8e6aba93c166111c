import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { AirbyteModule } from './airbyte/airbyte.module';
import { CallersModule } from './callers/callers.module';
import { CommonModule } from './common/common.module';
import type { Clock } from './common/clock';
import { ProblemFilter } from './common/problem/problem.filter';
import type { AirbyteSettings, Settings } from './config/settings.types';
import { HealthModule } from './health/health.module';

/** Settings whose Airbyte is known: the one that was named, or the embedded one. */
export type ResolvedSettings = Settings & { readonly airbyte: AirbyteSettings };

@Module({})
export class AppModule {
  static forRoot(settings: ResolvedSettings, clock: Clock): DynamicModule {
    const airbyte = AirbyteModule.forRoot(settings.airbyte);
    return {
      module: AppModule,
      imports: [
        CommonModule.forRoot(settings, clock),
        CallersModule.forRoot(settings),
        airbyte,
        HealthModule.over(airbyte),
      ],
      providers: [{ provide: APP_FILTER, useClass: ProblemFilter }],
    };
  }
}
