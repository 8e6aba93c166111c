import { ProblemException } from '../api/problem/problem.exception';

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

/** Headers of draft-ietf-httpapi-ratelimit-headers-10: quota and window, remaining requests and reset. */
export function rateLimitHeaders(limit: number, quota: Quota): Record<string, string> {
  return {
    'ratelimit-policy': `"default";q=${limit};w=${WINDOW_MS / 1000}`,
    ratelimit: `"default";r=${quota.remaining};t=${Math.ceil(quota.resetMs / 1000)}`,
  };
}

export function rateLimited(limit: number, quota: Quota): ProblemException {
  return new ProblemException('rate-limited', `A caller may send ${limit} requests a minute.`, {
    retryAfterMs: quota.resetMs,
  });
}
