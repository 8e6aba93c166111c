import { Module } from '@nestjs/common';
import { SETTINGS, type Settings } from '../config/settings-types';
import { SharedState } from './redis-state';

/** The connection to Redis that replicas share; without `REDIS_URL` it reports that nothing is shared. */
@Module({
  providers: [
    {
      provide: SharedState,
      useFactory: ({ redisUrl }: Settings) => SharedState.connect(redisUrl),
      inject: [SETTINGS],
    },
  ],
  exports: [SharedState],
})
export class RedisModule {}
