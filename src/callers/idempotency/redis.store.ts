import type { SharedState } from '../shared-state/shared-state';
import {
  type Begun,
  type IdempotencyStore,
  type IdempotencyTimes,
  inDoubtUntilMs,
  type Intent,
  LEASE_MS,
  type Outcome,
  pendingTtlMs,
  StoreUnavailable,
} from './idempotency.store';
import { ANSWER, BEGIN, DOUBT, FORGET, KEEP_ALIVE, UNDO_BEGIN } from './redis.scripts';
import { parseAnswer } from './stored-answer';

/** For all replicas that share a Redis, and across their restarts. */
export class RedisIdempotencyStore implements IdempotencyStore {
  constructor(
    private readonly shared: SharedState,
    private readonly times: IdempotencyTimes,
  ) {}

  async begin({ id, fingerprint, owner, nowMs }: Intent): Promise<Begun> {
    const untilMs = inDoubtUntilMs(nowMs, this.times);
    const args = [fingerprint, owner, nowMs, LEASE_MS, untilMs, pendingTtlMs(this.times)];
    try {
      return parseBegun(await this.run(BEGIN, id, args));
    } catch (error) {
      // Redis may only be slow, and begin the attempt yet. It does in turn what comes over one connection.
      void this.shared.attempt(UNDO_BEGIN, keysOf(id), [owner]);
      throw error;
    }
  }

  /** A lost sign of life is made up for by the next one. */
  async keepAlive({ id, owner, nowMs }: Intent, maySend: boolean): Promise<void> {
    const untilMs = maySend ? inDoubtUntilMs(nowMs, this.times) : '';
    await this.shared.attempt(KEEP_ALIVE, keysOf(id), [owner, String(LEASE_MS), String(untilMs)]);
  }

  async finish({ id, owner }: Intent, outcome: Outcome): Promise<void> {
    switch (outcome.kind) {
      case 'answered':
        await this.run(ANSWER, id, [owner, JSON.stringify(outcome.answer), this.times.ttlMs]);
        return;
      case 'nothing':
        await this.run(FORGET, id, [owner]);
        return;
      case 'in-doubt':
        await this.run(DOUBT, id, [owner, outcome.untilMs]);
    }
  }

  private async run(script: string, id: string, args: readonly (string | number)[]): Promise<unknown> {
    const answer = await this.shared.attempt(script, keysOf(id), args.map(String));
    if (!answer.ok) throw new StoreUnavailable(answer.reason);
    return answer.value;
  }
}

/** Both on one node of a cluster, which goes by what is in braces. */
function keysOf(id: string): string[] {
  return [`airbyte-ingestion:once:{${id}}:record`, `airbyte-ingestion:once:{${id}}:lock`];
}

function parseBegun(reply: unknown): Begun {
  const [kind, first, second] = Array.isArray(reply) ? (reply as unknown[]) : [];
  switch (kind) {
    case 'new':
    case 'running':
    case 'different':
      return { kind };
    case 'answered':
      return { kind, answer: parseAnswer(first) };
    case 'in-doubt':
      return { kind, sinceMs: Number(first), untilMs: Number(second) };
    default:
      throw new StoreUnavailable('Redis gave an answer that cannot be understood');
  }
}
