/** The answer has another shape than Airbyte's API promises. The message names the member, never its content. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';

  constructor(where: string, expected: string) {
    super(`${where} should be ${expected}`);
  }
}

export type Members = Readonly<Record<string, unknown>>;

export function members(value: unknown, where: string): Members {
  if (!isMembers(value)) throw new ShapeError(where, 'an object');
  return value;
}

export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function text(from: Members, name: string): string {
  const value = from[name];
  if (typeof value !== 'string' || value === '') throw new ShapeError(name, 'a text');
  return value;
}

/** Absent, null and anything that is no text: null. */
export function optionalText(from: Members, name: string): string | null {
  const value = from[name];
  return typeof value === 'string' ? value : null;
}

export function optionalNumber(from: Members, name: string): number | null {
  const value = from[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** Reads an instant such as `2026-01-15T02:00Z`: Java leaves `:00` seconds out. */
export function instant(from: Members, name: string): Date {
  const date = new Date(text(from, name));
  if (Number.isNaN(date.getTime())) throw new ShapeError(name, 'a date and time');
  return date;
}

export function optionalInstant(from: Members, name: string): Date | null {
  return from[name] === undefined || from[name] === null ? null : instant(from, name);
}

/** Reads an instant given as whole seconds since 1970. */
export function epochSeconds(from: Members, name: string): Date {
  const value = from[name];
  const date = new Date(typeof value === 'number' ? value * 1000 : Number.NaN);
  if (Number.isNaN(date.getTime())) throw new ShapeError(name, 'seconds since 1970');
  return date;
}

/** The rows of a list's `data`; its `next` is never read, since it is wrong in several ways. */
export function rows<T>(body: unknown, parseRow: (row: unknown) => T): readonly T[] {
  const { data } = members(body, 'answer');
  if (!Array.isArray(data)) throw new ShapeError('data', 'an array');
  return data.map(parseRow);
}
