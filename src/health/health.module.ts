import { type DynamicModule, Module } from '@nestjs/common';
import { HealthController } from './health.controller';
import { HealthService } from './health.service';

@Module({})
export class HealthModule {
  /** @param airbyte the module that exports the client whose Airbyte is asked for its health */
  static over(airbyte: DynamicModule): DynamicModule {
    return {
      module: HealthModule,
      imports: [airbyte],
      controllers: [HealthController],
      providers: [HealthService],
    };
  }
}
