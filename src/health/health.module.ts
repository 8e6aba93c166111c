import { Module } from '@nestjs/common';
import { AirbyteModule } from '../airbyte/airbyte.module';
import { MirrorModule } from '../airbyte/mirror/mirror.module';
import { InternalModule } from '../airbyte/internal/internal.module';
import { RedisModule } from '../redis/redis.module';
import { HealthController } from './health.controller';
import { HealthService } from './health.service';

/** Provides the liveness and readiness probes. */
@Module({
  imports: [AirbyteModule, InternalModule, MirrorModule, RedisModule],
  controllers: [HealthController],
  providers: [HealthService],
})
export class HealthModule {}
