import {
  type Claim,
  ClaimsUnavailable,
  type CreationClaims,
  MemoryCreationClaims,
  conflictsWith,
} from '../airbyte/client/creation/creation-claims';
import type { RedisScript, RedisState } from '../redis/redis-state';
import { type IdempotencyTimes, pendingTtlMs } from './idempotency-store';

const FOUND = 'found:';
const MADE = 'made:';

/** `conflictsWith` in Lua, for all replicas. KEYS: claim. ARGV: `found:` or `made:`, claimant, ttl. */
const CLAIM: RedisScript = {
  name: 'creationClaim',
  lua: `
local known = redis.call('GET', KEYS[1])
if known then
  local colon = string.find(known, ':', 1, true)
  local isFound = string.sub(known, 1, colon) == '${FOUND}' or ARGV[1] == '${FOUND}'
  if isFound and string.sub(known, colon + 1) ~= ARGV[2] then return 0 end
end
redis.call('SET', KEYS[1], ARGV[1] .. ARGV[2], 'PX', ARGV[3])
return 1`,
};

const OWNERS: RedisScript = { name: 'creationOwners', lua: `return redis.call('MGET', unpack(KEYS))` };

const RETRY_SAVING_MS = 500;

/**
 * Claims for all replicas that share a Redis. While Redis fails, nothing can be claimed after a search. A claim after a
 * response of Airbyte is granted, and is stored as soon as Redis works again.
 */
export class SharedCreationClaims implements CreationClaims {
  private readonly own = new MemoryCreationClaims();
  private readonly unsaved = new Map<string, Claim>();
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly redis: RedisState,
    private readonly times: IdempotencyTimes,
  ) {}

  async ownersOf(connectionIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const own = await this.own.ownersOf(connectionIds);
    const answer = await this.redis.runUnlessFailing(OWNERS, connectionIds.map(keyOf), []);
    if (!answer.ok) throw new ClaimsUnavailable(answer.reason);
    const owners: unknown = answer.value;
    if (!Array.isArray(owners)) throw new ClaimsUnavailable('unexpected reply of Redis');
    return new Map(
      connectionIds.flatMap((id, index): [string, string][] => {
        const known: unknown = owners[index];
        const owner = typeof known === 'string' ? known.slice(known.indexOf(':') + 1) : own.get(id);
        return owner === undefined ? [] : [[id, owner]];
      }),
    );
  }

  async claimFound(connectionId: string, claimant: string): Promise<boolean> {
    const claim = { claimant, isFound: true };
    if (conflictsWith(this.own.get(connectionId), claim)) return false;
    const answer = await this.redis.runUnlessFailing(CLAIM, ...this.scriptOf(connectionId, claim));
    if (!answer.ok) throw new ClaimsUnavailable(answer.reason);
    return answer.value === 1 && this.own.add(connectionId, claim);
  }

  async claimCreated(connectionId: string, claimant: string): Promise<boolean> {
    const claim = { claimant, isFound: false };
    if (conflictsWith(this.own.get(connectionId), claim)) return false;
    const answer = await this.redis.runUnlessFailing(CLAIM, ...this.scriptOf(connectionId, claim));
    if (answer.ok && answer.value !== 1) return false;
    if (!answer.ok) this.saveLater(connectionId, claim);
    return this.own.add(connectionId, claim);
  }

  private scriptOf(connectionId: string, { claimant, isFound }: Claim): [keys: string[], args: string[]] {
    const how = isFound ? FOUND : MADE;
    return [[keyOf(connectionId)], [how, claimant, String(pendingTtlMs(this.times))]];
  }

  private saveLater(connectionId: string, claim: Claim): void {
    this.unsaved.set(connectionId, claim);
    void this.save(connectionId, claim);
    this.timer ??= setInterval(() => {
      for (const [id, unsaved] of this.unsaved) void this.save(id, unsaved);
    }, RETRY_SAVING_MS).unref();
  }

  /** Sends the claim even right after a failure, so that Redis runs it before later commands. */
  private async save(connectionId: string, claim: Claim): Promise<void> {
    const answer = await this.redis.run(CLAIM, ...this.scriptOf(connectionId, claim));
    if (!answer.ok) return;
    this.unsaved.delete(connectionId);
    if (this.unsaved.size > 0 || !this.timer) return;
    clearInterval(this.timer);
    this.timer = null;
  }
}

/** The hash tag keeps all keys on one node of a cluster, so that one script can read several. */
function keyOf(connectionId: string): string {
  return `airbyte-ingestion:{made}:${connectionId}`;
}
