import { type CreationClaims, MemoryCreationClaims } from '../../airbyte/client/creation.claims';
import type { SharedState } from '../shared-state/shared-state';
import { type IdempotencyTimes, pendingTtlMs } from './idempotency.store';

/** ARGV: claimant, ttl. */
const CLAIM = `
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`;

const OWNERS = `return redis.call('MGET', unpack(KEYS))`;

/** For all replicas that share a Redis, for as long as anybody may look for a creation; while it is out of reach, for one. */
export class SharedCreationClaims implements CreationClaims {
  private readonly own = new MemoryCreationClaims();

  constructor(
    private readonly shared: SharedState,
    private readonly times: IdempotencyTimes,
  ) {}

  async ownersOf(connectionIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const answer = await this.shared.attemptIfWell(OWNERS, connectionIds.map(keyOf), []);
    const owners: unknown = answer.ok ? answer.value : null;
    if (!Array.isArray(owners)) return this.own.ownersOf(connectionIds);
    return new Map(
      connectionIds.flatMap((id, index): [string, string][] => {
        const owner: unknown = owners[index];
        return typeof owner === 'string' ? [[id, owner]] : [];
      }),
    );
  }

  async claim(connectionId: string, claimant: string): Promise<boolean> {
    const args = [claimant, String(pendingTtlMs(this.times))];
    const answer = await this.shared.attemptIfWell(CLAIM, [keyOf(connectionId)], args);
    if (answer.ok && answer.value !== 1) return false;
    const isOwn = await this.own.claim(connectionId, claimant);
    return answer.ok || isOwn;
  }
}

/** All on one node of a cluster, so that one script can ask for several. */
function keyOf(connectionId: string): string {
  return `airbyte-ingestion:{made}:${connectionId}`;
}
