import { Module } from '@nestjs/common';
import { SETTINGS, type Settings } from '../config/settings-types';
import { RedisState } from './redis-state';

/** The connection to Redis that replicas share; without `REDIS_URL` it reports that nothing is shared. */
@Module({
  providers: [
    {
      provide: RedisState,
      useFactory: ({ redisUrl }: Settings) => RedisState.connect(redisUrl),
      inject: [SETTINGS],
    },
  ],
  exports: [RedisState],
})
export class RedisModule {}
