/** State of a caller in the current window. */
export interface Quota {
  /** Remaining requests, at least 0. */
  readonly remaining: number;
  /** Time until the window ends. */
  readonly resetMs: number;
  /** True if this request exceeds the limit. */
  readonly isExceeded: boolean;
}

/** Counts requests in windows of one minute. A window begins with the first request of a caller. */
export interface RateLimiter {
  /** Counts one request. Returns null while the counter is unavailable. The request is then allowed. */
  take(caller: string): Promise<Quota | null>;
}

/** Requests per minute and caller, and the counter that applies it. */
export interface RateLimit {
  readonly limit: number;
  readonly limiter: RateLimiter;
}

export const WINDOW_MS = 60_000;

export function quotaOf(limit: number, count: number, resetMs: number): Quota {
  return { remaining: Math.max(0, limit - count), resetMs, isExceeded: count > limit };
}
