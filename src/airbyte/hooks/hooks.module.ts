import { Module } from '@nestjs/common';
import { RedisModule } from '../../redis/redis.module';
import { MirrorModule } from '../mirror/mirror.module';
import { AirbyteHookController } from './airbyte-hook.controller';
import { FeedTrigger } from './feed-trigger';

/** Airbyte's notifications make the gateway read Airbyte sooner. */
@Module({
  imports: [MirrorModule, RedisModule],
  controllers: [AirbyteHookController],
  providers: [FeedTrigger],
})
export class HooksModule {}
