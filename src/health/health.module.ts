import { Module } from '@nestjs/common';
import { AirbyteModule } from '../airbyte/airbyte.module';
import { RedisModule } from '../redis/redis.module';
import { HealthController } from './health.controller';
import { HealthService } from './health.service';

/** Liveness and readiness. */
@Module({
  imports: [AirbyteModule, RedisModule],
  controllers: [HealthController],
  providers: [HealthService],
})
export class HealthModule {}
