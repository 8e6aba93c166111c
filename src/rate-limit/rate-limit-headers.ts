import { ProblemException } from '../api/problem/problem.exception';
import { type Quota, WINDOW_MS } from './rate-limiter';

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
