import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { IdempotencyHooks } from '../idempotency/idempotency-hooks';
import { SharedState } from '../redis/redis-state';

/** After the last answer: stores the outcomes of callers who have hung up, then leaves Redis. */
@Injectable()
export class CallersShutdown implements OnApplicationShutdown {
  constructor(
    private readonly once: IdempotencyHooks,
    private readonly shared: SharedState,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.once.settled();
    await this.shared.close();
  }
}
