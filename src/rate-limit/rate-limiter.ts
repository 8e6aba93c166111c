/** How a caller stands in the current window. */
export interface Quota {
  /** Requests that are left; never below 0. */
  readonly remaining: number;
  /** Until the window ends and the whole limit is there again. */
  readonly resetMs: number;
  /** This request is one too many. */
  readonly isExceeded: boolean;
}

/** Counts requests of callers in windows of a minute that begin with a caller's first request. */
export interface RateLimiter {
  /** Counts one request. Null where nobody can count at the moment: it passes. */
  take(caller: string): Quota | null | Promise<Quota | null>;
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
