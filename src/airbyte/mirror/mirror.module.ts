import { Module } from '@nestjs/common';
import { RedisModule } from '../../redis/redis.module';
import { CoreModule } from '../core/core.module';
import { InternalModule } from '../internal/internal.module';
import { Mirror } from './mirror';
import { ReplicaChanges } from './replica-changes';

/** The read model of Airbyte that all features share. */
@Module({
  imports: [CoreModule, InternalModule, RedisModule],
  providers: [Mirror, ReplicaChanges],
  exports: [Mirror],
})
export class MirrorModule {}
