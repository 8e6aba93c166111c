import { Module } from '@nestjs/common';
import { AirbyteModule } from '../airbyte/airbyte.module';
import { RedisModule } from '../redis/redis.module';
import { HealthController } from './health.controller';
import { HealthService } from './health.service';

/** Provides the liveness and readiness probes. */
@Module({
  imports: [AirbyteModule, RedisModule],
  controllers: [HealthController],
  providers: [HealthService],
})
export class HealthModule {}
