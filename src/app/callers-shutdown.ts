import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { IdempotencyHooks } from '../idempotency/idempotency-hooks';
import { RedisState } from '../redis/redis-state';

/** Runs after the last response: waits until all outcomes are stored, then closes the connection to Redis. */
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
