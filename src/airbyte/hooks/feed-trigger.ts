import { randomUUID } from 'node:crypto';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { CLOCK, type Clock } from '../../lib/clock';
import { RedisState } from '../../redis/redis-state';
import { Mirror } from '../mirror/mirror';

const CHANNEL = 'airbyte-ingestion:ticks';
/** Triggers within this time count as one. */
const PAUSE_MS = 500;

/**
 * Makes this replica and the others read the feed of jobs soon. An announcement to the others may be lost: they then read it at their
 * interval.
 */
@Injectable()
export class FeedTrigger implements OnModuleInit {
  private readonly replicaId = randomUUID();
  private announcedAtMs = -Infinity;

  constructor(
    private readonly mirror: Mirror,
    private readonly redis: RedisState,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async onModuleInit(): Promise<void> {
    if (!this.redis.isConfigured) return;
    await this.redis.subscribe(CHANNEL, {
      onMessage: (sender) => {
        if (sender !== this.replicaId) this.mirror.hurry();
      },
      onLoss: () => undefined,
    });
  }

  fire(): void {
    this.mirror.hurry();
    const nowMs = this.clock.monotonicMs();
    if (nowMs - this.announcedAtMs < PAUSE_MS) return;
    this.announcedAtMs = nowMs;
    void this.redis.publish(CHANNEL, this.replicaId);
  }
}
