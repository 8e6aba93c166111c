import { randomUUID } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ID_PATTERN } from '../../api/validation/decorators';
import { RedisState } from '../../redis/redis-state';
import { Changes } from '../core/changes';

const CHANNEL = 'airbyte-ingestion:changes';

/**
 * Announces changes to the other replicas through Redis, so that they read the ingestion directly next time. An
 * announcement may be lost: then a replica shows the change when the feed or the sweep brings it.
 */
@Injectable()
export class ReplicaChanges implements OnModuleInit {
  private readonly replicaId = randomUUID();

  constructor(
    private readonly redis: RedisState,
    private readonly changes: Changes,
  ) {}

  async onModuleInit(): Promise<void> {
    if (!this.redis.isConfigured) return;
    this.changes.onChange((connectionId) => {
      void this.redis.publish(CHANNEL, `${this.replicaId} ${connectionId}`);
    });
    await this.redis.subscribe(CHANNEL, {
      onMessage: (message) => {
        this.receive(message);
      },
      onLoss: () => {
        this.changes.recordLoss();
      },
    });
  }

  private receive(message: string): void {
    const [sender, connectionId = ''] = message.split(' ');
    if (sender !== this.replicaId && ID_PATTERN.test(connectionId)) this.changes.recordForeign(connectionId);
  }
}
