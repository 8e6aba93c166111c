import { Module } from '@nestjs/common';
import { AirbyteModule } from '../airbyte/airbyte.module';
import { MirrorModule } from '../airbyte/mirror/mirror.module';
import { StatusModule } from '../airbyte/status/status.module';
import { RedisModule } from '../redis/redis.module';
import { GatewayMetrics } from './gateway/gateway-metrics';
import { IngestionMetrics } from './ingestions/ingestion-metrics';
import { MetricsController } from './metrics.controller';
import { MetricsPages } from './metrics-page';

/** Metrics of the gateway and of the ingestions. */
@Module({
  imports: [AirbyteModule, MirrorModule, StatusModule, RedisModule],
  controllers: [MetricsController],
  providers: [GatewayMetrics, IngestionMetrics, MetricsPages],
  exports: [GatewayMetrics, MetricsPages],
})
export class MetricsModule {}
