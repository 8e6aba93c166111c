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

/** Whose nobody can tell, while Redis is out of reach, is not to be had. */
const SOMEBODY = 'somebody';
const SAVE_AGAIN_MS = 500;

/**
 * For all replicas that share a Redis, for as long as anybody may look for a creation. While it is out of reach nothing
 * that is found is given to anybody; what was answered is, and claimed as soon as Redis is back.
 */
export class SharedCreationClaims implements CreationClaims {
  private readonly own = new MemoryCreationClaims();
  private readonly unsaved = new Map<string, string>();
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly shared: SharedState,
    private readonly times: IdempotencyTimes,
  ) {}

  async ownersOf(connectionIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const own = await this.own.ownersOf(connectionIds);
    const answer = await this.shared.attemptIfWell(OWNERS, connectionIds.map(keyOf), []);
    const owners: unknown = answer.ok ? answer.value : null;
    if (!Array.isArray(owners)) return new Map(connectionIds.map((id) => [id, SOMEBODY]));
    return new Map(
      connectionIds.flatMap((id, index): [string, string][] => {
        const owner: unknown = owners[index] ?? own.get(id);
        return typeof owner === 'string' ? [[id, owner]] : [];
      }),
    );
  }

  async take(connectionId: string, claimant: string): Promise<boolean> {
    if (await this.isAnothers(connectionId, claimant)) return false;
    const answer = await this.shared.attemptIfWell(CLAIM, ...this.claimOf(connectionId, claimant));
    return answer.ok && answer.value === 1 && this.own.claim(connectionId, claimant);
  }

  async claim(connectionId: string, claimant: string): Promise<boolean> {
    if (await this.isAnothers(connectionId, claimant)) return false;
    const answer = await this.shared.attemptIfWell(CLAIM, ...this.claimOf(connectionId, claimant));
    if (answer.ok && answer.value !== 1) return false;
    if (!answer.ok) this.saveLater(connectionId, claimant);
    return this.own.claim(connectionId, claimant);
  }

  private async isAnothers(connectionId: string, claimant: string): Promise<boolean> {
    const owner = (await this.own.ownersOf([connectionId])).get(connectionId);
    return owner !== undefined && owner !== claimant;
  }

  private claimOf(connectionId: string, claimant: string): [keys: string[], args: string[]] {
    return [[keyOf(connectionId)], [claimant, String(pendingTtlMs(this.times))]];
  }

  private saveLater(connectionId: string, claimant: string): void {
    this.unsaved.set(connectionId, claimant);
    void this.save(connectionId, claimant);
    this.timer ??= setInterval(() => {
      for (const [id, owner] of this.unsaved) void this.save(id, owner);
    }, SAVE_AGAIN_MS).unref();
  }

  /** Asks at once, and without a pause: a Redis that is only slow does it before whatever it is asked later. */
  private async save(connectionId: string, claimant: string): Promise<void> {
    const answer = await this.shared.attempt(CLAIM, ...this.claimOf(connectionId, claimant));
    if (!answer.ok) return;
    this.unsaved.delete(connectionId);
    if (this.unsaved.size > 0 || !this.timer) return;
    clearInterval(this.timer);
    this.timer = null;
  }
}

/** All on one node of a cluster, so that one script can ask for several. */
function keyOf(connectionId: string): string {
  return `airbyte-ingestion:{made}:${connectionId}`;
}
