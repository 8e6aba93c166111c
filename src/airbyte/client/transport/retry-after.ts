/** Upper limit of a `Retry-After` delay. */
export const MAX_RETRY_AFTER_MS = 30_000;

/**
 * Parses `Retry-After` (RFC 9110, section 10.2.3), seconds or HTTP date, and caps it.
 * @returns milliseconds, or undefined if the header is absent or malformed
 */
export function parseRetryAfterMs(value: unknown, nowMs: number): number | undefined {
  if (typeof value !== 'string') return undefined;
  const trimmed = value.trim();
  const waitMs = /^\d+$/.test(trimmed) ? Number(trimmed) * 1000 : httpDateMs(trimmed) - nowMs;
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), MAX_RETRY_AFTER_MS);
}

function httpDateMs(value: string): number {
  return /^[A-Z][a-z]{2,8}, /.test(value) ? Date.parse(value) : Number.NaN;
}
