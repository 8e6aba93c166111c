import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { IdempotencyHooks } from '../idempotency/idempotency-hooks';
import { RedisState } from '../redis/redis-state';

/** After the last response, waits until all outcomes are stored. Then closes the connection to Redis. */
@Injectable()
export class CallersShutdown implements OnApplicationShutdown {
  constructor(
    private readonly idempotency: IdempotencyHooks,
    private readonly redis: RedisState,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.idempotency.whenIdle();
    await this.redis.close();
  }
}
