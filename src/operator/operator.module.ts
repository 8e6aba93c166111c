import { Module } from '@nestjs/common';
import { AirbyteModule } from '../airbyte/airbyte.module';
import { MirrorModule } from '../airbyte/mirror/mirror.module';
import { RedisModule } from '../redis/redis.module';
import { OperatorController } from './operator.controller';
import { OperatorService } from './operator.service';

/** The state of the gateway itself, for those who run it. */
@Module({
  imports: [AirbyteModule, MirrorModule, RedisModule],
  controllers: [OperatorController],
  providers: [OperatorService],
  exports: [OperatorService],
})
export class OperatorModule {}
