/** A stored response. */
export interface StoredAnswer {
  readonly status: number;
  /** `content-type` and `location`, if present. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An attempt, stored before anything is sent. */
export interface Intent {
  readonly id: string;
  /** The record counts towards the share of this caller. */
  readonly caller: string;
  readonly fingerprint: string;
  /** Id of the attempt. Another attempt cannot end this one. */
  readonly owner: string;
  readonly nowMs: number;
}

/**
 * State of a key:
 * - `new`: the key was unknown; the intent is stored now
 * - `in-progress`: another request with this key is in progress, or its process died and its lease has not expired
 * - `key-reused`: the key was used for a different request
 * - `answered`: the response is stored
 * - `in-doubt`: the outcome of an attempt that began at `sinceMs` is unknown; Airbyte may finish it
 *   until `untilMs`. The caller of `begin` now owns the key, as for `new`.
 */
export type BeginResult =
  | { readonly kind: 'new' | 'in-progress' | 'key-reused' }
  | { readonly kind: 'answered'; readonly answer: StoredAnswer }
  | { readonly kind: 'in-doubt'; readonly sinceMs: number; readonly untilMs: number };

/**
 * Stored outcome of an attempt:
 * - `answered`: this response is replayed from now on
 * - `not-sent`: no change was sent; the key is free again
 * - `in-doubt`: the outcome is unknown; Airbyte may finish the attempt until `untilMs`
 */
export type RecordedOutcome =
  | { readonly kind: 'answered'; readonly answer: StoredAnswer }
  | { readonly kind: 'not-sent' }
  | { readonly kind: 'in-doubt'; readonly untilMs: number };

/** One record per caller and key. Times are epoch milliseconds of the clock of the gateway. */
export interface IdempotencyStore {
  /** Atomic. @throws StoreUnavailable, ShareExhausted */
  begin(intent: Intent): Promise<BeginResult>;
  /** Renews the lease of an attempt. @param maySend false while it only looks up the outcome of an earlier attempt */
  keepAlive(intent: Intent, maySend: boolean): Promise<void>;
  /** @throws StoreUnavailable */
  finish(intent: Intent, outcome: RecordedOutcome): Promise<void>;
}

/** The store cannot be used at the moment. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/** The caller has used its share of the store, and none of its records can be evicted. */
export class ShareExhausted extends Error {
  override readonly name = 'ShareExhausted';

  constructor() {
    super('the caller has too many requests without an outcome');
  }
}

/** `ttlMs`: lifetime of records. `doubtMs`: time in which Airbyte may finish a change after a lost response. */
export interface IdempotencyTimes {
  readonly ttlMs: number;
  readonly doubtMs: number;
}

/** Duration of a lease. An attempt without a renewal in this time counts as dead. */
export const LEASE_MS = 10_000;
export const KEEP_ALIVE_MS = 3000;

/** Time until which a dead attempt may take effect, counted from the last renewal of its lease. */
export function inDoubtUntilMs(nowMs: number, { doubtMs }: IdempotencyTimes): number {
  return nowMs + LEASE_MS + doubtMs;
}

/** A record without a response outlives the attempt, which takes at most one hour, and `doubtMs` after it. */
export function pendingTtlMs({ ttlMs, doubtMs }: IdempotencyTimes): number {
  return ttlMs + doubtMs + 3_600_000;
}
