import type { Clock } from '../lib/clock';
import {
  type BeginResult,
  type IdempotencyStore,
  type IdempotencyTimes,
  inDoubtUntilMs,
  type Intent,
  type RecordedOutcome,
  pendingTtlMs,
  ShareExhausted,
  type StoredAnswer,
} from './idempotency-store';

interface Row {
  readonly fingerprint: string;
  readonly sinceMs: number;
  readonly caller: string;
  expiresAtMs: number;
  untilMs: number;
  owner: string | null;
  answer: StoredAnswer | null;
}

/** Usage of one caller. The ids are in order of eviction. */
interface Usage {
  readonly ids: Set<string>;
  bytes: number;
}

const MAX_ROWS = 10_000;
const MAX_BYTES = 64 * 1024 * 1024;
/** Approximate size of a record without its response. */
const ROW_BYTES = 1000;

export interface StoreLimits {
  readonly maxRows: number;
  readonly maxBytes: number;
}

/**
 * Store of one replica, without persistence. Callers have equal shares. A caller that has used its share evicts its own
 * oldest finished record: one with a response, or one that Airbyte can no longer finish. Without such a record, the caller
 * is refused. Records of other callers are never evicted. Shares shrink as callers are added, so n callers can use up to
 * 1 + ln n times the limits.
 */
export class MemoryIdempotencyStore implements IdempotencyStore {
  private readonly rows = new Map<string, Row>();
  private readonly usages = new Map<string, Usage>();

  constructor(
    private readonly times: IdempotencyTimes,
    private readonly clock: Clock,
    private readonly limits: StoreLimits = { maxRows: MAX_ROWS, maxBytes: MAX_BYTES },
  ) {}

  /** Asynchronous like the Redis store, so that callers cannot depend on a synchronous result. */
  begin(intent: Intent): Promise<BeginResult> {
    return Promise.resolve().then(() => this.beginNow(intent));
  }

  keepAlive(): Promise<void> {
    return Promise.resolve();
  }

  finish({ id, owner }: Intent, outcome: RecordedOutcome): Promise<void> {
    const row = this.rows.get(id);
    if (!row || row.owner !== owner) return Promise.resolve();
    this.drop(id, row);
    row.owner = null;
    if (outcome.kind === 'not-sent') return Promise.resolve();
    if (outcome.kind === 'in-doubt') row.untilMs = outcome.untilMs;
    else {
      row.answer = outcome.answer;
      row.expiresAtMs = this.nowMs() + this.times.ttlMs;
    }
    // The record moves to the end, because the oldest outcome is evicted first.
    this.keep(id, row);
    return Promise.resolve();
  }

  private beginNow({ id, caller, fingerprint, owner, nowMs }: Intent): BeginResult {
    const row = this.live(id);
    if (!row) {
      this.makeRoom(caller);
      const untilMs = inDoubtUntilMs(nowMs, this.times);
      const expiresAtMs = nowMs + pendingTtlMs(this.times);
      this.keep(id, { fingerprint, caller, sinceMs: nowMs, expiresAtMs, untilMs, owner, answer: null });
      return { kind: 'new' };
    }
    if (row.fingerprint !== fingerprint) return { kind: 'key-reused' };
    if (row.answer) return { kind: 'answered', answer: row.answer };
    if (row.owner !== null) return { kind: 'in-progress' };
    row.owner = owner;
    return { kind: 'in-doubt', sinceMs: row.sinceMs, untilMs: row.untilMs };
  }

  private live(id: string): Row | undefined {
    const row = this.rows.get(id);
    if (!row || row.owner !== null || this.nowMs() < row.expiresAtMs) return row;
    this.drop(id, row);
    return undefined;
  }

  private keep(id: string, row: Row): void {
    this.rows.set(id, row);
    const usage = this.usages.get(row.caller) ?? { ids: new Set(), bytes: 0 };
    usage.ids.add(id);
    usage.bytes += bytesOf(row);
    this.usages.set(row.caller, usage);
  }

  private drop(id: string, row: Row): void {
    this.rows.delete(id);
    const usage = this.usages.get(row.caller);
    if (!usage) return;
    usage.ids.delete(id);
    usage.bytes -= bytesOf(row);
    if (usage.ids.size === 0) this.usages.delete(row.caller);
  }

  private makeRoom(caller: string): void {
    const usage = this.usages.get(caller);
    if (!usage) return;
    while (this.exceedsShare(usage)) {
      const id = this.oldestEvictable(usage);
      const row = id === undefined ? undefined : this.rows.get(id);
      if (id === undefined || row === undefined) throw new ShareExhausted();
      this.drop(id, row);
    }
  }

  private exceedsShare({ ids, bytes }: Usage): boolean {
    const callers = this.usages.size;
    return ids.size >= this.limits.maxRows / callers || bytes >= this.limits.maxBytes / callers;
  }

  /** The oldest record with a response, or that Airbyte can no longer finish. */
  private oldestEvictable({ ids }: Usage): string | undefined {
    const nowMs = this.nowMs();
    for (const id of ids) {
      const row = this.rows.get(id);
      if (row?.owner === null && (row.answer !== null || nowMs >= row.untilMs)) return id;
    }
    return undefined;
  }

  private nowMs(): number {
    return this.clock.now().getTime();
  }
}

function bytesOf({ answer }: Row): number {
  return ROW_BYTES + (answer === null ? 0 : 2 * answer.body.length);
}
