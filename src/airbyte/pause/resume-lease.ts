import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type Settings } from '../../config/settings-types';
import type { RedisScript } from '../../redis/redis-state';
import { RedisState } from '../../redis/redis-state';

const TAKE: RedisScript = {
  name: 'takeResumeLease',
  lua: `return redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) and 1 or 0`,
};
const RELEASE: RedisScript = {
  name: 'releaseResumeLease',
  lua: `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`,
};
const MARGIN_MS = 10_000;

/**
 * Lets one replica at a time end the pause of an ingestion. Without Redis, or while it fails, every replica may: they read the
 * ingestion before, and a second activation changes nothing.
 */
@Injectable()
export class ResumeLease {
  private readonly replicaId = randomUUID();
  private readonly leaseMs: number;

  constructor(
    private readonly redis: RedisState,
    @Inject(SETTINGS) { airbyte }: Settings,
  ) {
    // Longer than the holder may take. After its crash another replica waits for it.
    this.leaseMs = 2 * airbyte.timeoutMs + MARGIN_MS;
  }

  /** @returns false if another replica has it */
  async take(connectionId: string): Promise<boolean> {
    const args = [this.replicaId, String(this.leaseMs)];
    const answer = await this.redis.run(TAKE, [keyOf(connectionId)], args);
    return !answer.ok || answer.value === 1;
  }

  /** Call after a failure, so that another replica can try. */
  async release(connectionId: string): Promise<void> {
    await this.redis.run(RELEASE, [keyOf(connectionId)], [this.replicaId]);
  }
}

function keyOf(connectionId: string): string {
  return `airbyte-ingestion:resume:${connectionId}`;
}
