/** Longest pause that a receiver can ask for: that between the last two attempts. */
const MAX_MS = 24 * 60 * 60_000;

/** The pause of a `Retry-After` header (RFC 9110, 10.2.3): seconds or a date. Null without a readable one. */
export function retryAfterMs(header: string | string[] | undefined, now: Date): number | null {
  if (typeof header !== 'string') return null;
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now.getTime();
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), MAX_MS);
}
