import { Module } from '@nestjs/common';
import { AirbyteModule } from '../airbyte/airbyte.module';
import { MirrorModule } from '../airbyte/mirror/mirror.module';
import { RedisModule } from '../redis/redis.module';
import { OperatorService } from './operator.service';

/** The state of the gateway itself, for those who run it. */
@Module({
  imports: [AirbyteModule, MirrorModule, RedisModule],
  providers: [OperatorService],
  exports: [OperatorService],
})
export class OperatorModule {}
