/** An answer, kept to be given again. */
export interface StoredAnswer {
  readonly status: number;
  /** `content-type` and `location`, as far as it had them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a process is about to do. */
export interface Intent {
  readonly id: string;
  /** Whose share of the store the record counts for. */
  readonly caller: string;
  readonly fingerprint: string;
  /** Names the try, so that nobody else ends it. */
  readonly owner: string;
  readonly nowMs: number;
}

/**
 * What the store knows of a key:
 * - `new`: nothing; the intent is stored now
 * - `running`: another request with this key is being carried out, or its process died a moment ago
 * - `different`: the key was used for another request
 * - `answered`: here is the answer
 * - `in-doubt`: an attempt began at `sinceMs` and nobody knows what came of it; until `untilMs` Airbyte may finish it.
 *   The caller of `begin` now holds the key as for `new`.
 */
export type BeginResult =
  | { readonly kind: 'new' | 'in-progress' | 'key-reused' }
  | { readonly kind: 'answered'; readonly answer: StoredAnswer }
  | { readonly kind: 'in-doubt'; readonly sinceMs: number; readonly untilMs: number };

/**
 * What came of an attempt:
 * - `answered`: this answer, from now on
 * - `nothing`: nothing was sent; the key is free again
 * - `in-doubt`: nobody knows, and until `untilMs` it may yet happen
 */
export type RecordedOutcome =
  | { readonly kind: 'answered'; readonly answer: StoredAnswer }
  | { readonly kind: 'not-sent' }
  | { readonly kind: 'in-doubt'; readonly untilMs: number };

/** Keeps one record for each key of a caller's. All times are epoch milliseconds of the gateway's clock. */
export interface IdempotencyStore {
  /** In one step for all who ask at one time. @throws StoreUnavailable, ShareExhausted */
  begin(intent: Intent): Promise<BeginResult>;
  /** Says that an attempt is alive. @param maySend false while it only looks for an earlier attempt's outcome. */
  keepAlive(intent: Intent, maySend: boolean): Promise<void>;
  /** @throws StoreUnavailable */
  finish(intent: Intent, outcome: RecordedOutcome): Promise<void>;
}

/** Nobody can tell at the moment whether a key was used. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/** A caller has as many records as its share of the store allows, and none of them can be dropped. */
export class ShareExhausted extends Error {
  override readonly name = 'ShareExhausted';

  constructor() {
    super('the caller has too many requests without an outcome');
  }
}

/** How long records live and how long outcomes stay in doubt. */
export interface IdempotencyTimes {
  readonly ttlMs: number;
  readonly doubtMs: number;
}

/** An attempt whose process has not said for so long that it is alive is given up. */
export const LEASE_MS = 10_000;
export const KEEP_ALIVE_MS = 3000;

/** Until when an attempt may yet have an effect, as far as is known while it is alive: its last sign of life counts. */
export function inDoubtUntilMs(nowMs: number, { doubtMs }: IdempotencyTimes): number {
  return nowMs + LEASE_MS + doubtMs;
}

/** A record without an answer must outlive the attempt, which takes an hour at most, and the doubt that may follow. */
export function pendingTtlMs({ ttlMs, doubtMs }: IdempotencyTimes): number {
  return ttlMs + doubtMs + 3_600_000;
}
