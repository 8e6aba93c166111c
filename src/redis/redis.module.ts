import { Module } from '@nestjs/common';
import { SETTINGS, type Settings } from '../config/settings-types';
import { RedisState } from './redis-state';

/** The connection to the shared Redis. It is inactive without `REDIS_URL`. */
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
