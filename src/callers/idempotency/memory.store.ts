import type { Clock } from '../../common/clock';
import {
  type Begun,
  type IdempotencyStore,
  type IdempotencyTimes,
  inDoubtUntilMs,
  type Intent,
  type Outcome,
  pendingTtlMs,
  type StoredAnswer,
  StoreUnavailable,
} from './idempotency.store';

interface Row {
  readonly fingerprint: string;
  readonly sinceMs: number;
  expiresAtMs: number;
  untilMs: number;
  owner: string | null;
  answer: StoredAnswer | null;
}

const MAX_ROWS = 10_000;

/**
 * For one replica, as long as it lives. When it is full the oldest answers are forgotten; when every record is of an
 * attempt without an outcome, new keys are refused rather than old ones forgotten.
 */
export class MemoryIdempotencyStore implements IdempotencyStore {
  private readonly rows = new Map<string, Row>();

  constructor(
    private readonly times: IdempotencyTimes,
    private readonly clock: Clock,
    private readonly maxRows = MAX_ROWS,
  ) {}

  /** A promise although it is at once: `begin` of Redis takes a moment, and callers must not depend on either. */
  begin(intent: Intent): Promise<Begun> {
    return Promise.resolve().then(() => this.beginNow(intent));
  }

  keepAlive(): Promise<void> {
    return Promise.resolve();
  }

  finish({ id, owner }: Intent, outcome: Outcome): Promise<void> {
    const row = this.rows.get(id);
    if (!row || row.owner !== owner) return Promise.resolve();
    this.rows.delete(id);
    row.owner = null;
    if (outcome.kind === 'nothing') return Promise.resolve();
    if (outcome.kind === 'in-doubt') row.untilMs = outcome.untilMs;
    else {
      row.answer = outcome.answer;
      row.expiresAtMs = this.nowMs() + this.times.ttlMs;
    }
    // Behind the others: the oldest answer is the first to go.
    this.rows.set(id, row);
    return Promise.resolve();
  }

  private beginNow({ id, fingerprint, owner, nowMs }: Intent): Begun {
    const row = this.live(id);
    if (!row) {
      this.makeRoom();
      const untilMs = inDoubtUntilMs(nowMs, this.times);
      const expiresAtMs = nowMs + pendingTtlMs(this.times);
      this.rows.set(id, { fingerprint, sinceMs: nowMs, expiresAtMs, untilMs, owner, answer: null });
      return { kind: 'new' };
    }
    if (row.fingerprint !== fingerprint) return { kind: 'different' };
    if (row.answer) return { kind: 'answered', answer: row.answer };
    if (row.owner !== null) return { kind: 'running' };
    row.owner = owner;
    return { kind: 'in-doubt', sinceMs: row.sinceMs, untilMs: row.untilMs };
  }

  private live(id: string): Row | undefined {
    const row = this.rows.get(id);
    if (!row || row.owner !== null || this.nowMs() < row.expiresAtMs) return row;
    this.rows.delete(id);
    return undefined;
  }

  private makeRoom(): void {
    if (this.rows.size < this.maxRows) return;
    const nowMs = this.nowMs();
    for (const [id, row] of this.rows) {
      const isUseless = row.answer !== null || (row.owner === null && nowMs >= row.expiresAtMs);
      if (!isUseless) continue;
      this.rows.delete(id);
      return;
    }
    throw new StoreUnavailable('too many requests have no outcome yet');
  }

  private nowMs(): number {
    return this.clock().getTime();
  }
}
