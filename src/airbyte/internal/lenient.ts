import { isMembers, type Members, optionalNumber } from '../client/model/parse';

/** Larger numbers are milliseconds since 1970, smaller ones seconds. */
const MIN_MILLISECONDS = 100_000_000_000;

/** A time in seconds or milliseconds since 1970 or as ISO 8601: the internal API uses all of them. */
export function anyInstant(from: Members, name: string): Date | null {
  const value = from[name];
  const isNumber = typeof value === 'number';
  const ms = isNumber && Math.abs(value) < MIN_MILLISECONDS ? value * 1000 : value;
  if (typeof ms !== 'number' && typeof ms !== 'string') return null;
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? null : date;
}

/** A whole number that is not negative. */
export function anyCount(from: Members, name: string): number | null {
  const value = optionalNumber(from, name);
  return value !== null && value >= 0 && Number.isSafeInteger(value) ? value : null;
}

/** A job id, an int64: text, or a number without loss. */
export function anyJobId(value: unknown): string | null {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' && /^\d{1,19}$/.test(value) ? value : null;
}

/** The members of an object, or none. */
export function anyMembers(value: unknown): Members {
  return isMembers(value) ? value : {};
}

/** The readable items of an array, at most `max`; none if it is not an array. Unreadable items are left out. */
export function anyItems<T>(value: unknown, max: number, read: (item: Members) => T | null): T[] {
  const items: T[] = [];
  if (!Array.isArray(value)) return items;
  for (const item of value as unknown[]) {
    if (items.length >= max) break;
    const readable = isMembers(item) ? read(item) : null;
    if (readable !== null) items.push(readable);
  }
  return items;
}
