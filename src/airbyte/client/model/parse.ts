/**
 * The response does not have the shape that Airbyte's API documents. The message names the field, never its
 * value.
 */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';

  constructor(where: string, expected: string) {
    super(`${where} should be ${expected}`);
  }
}

/** A record of Airbyte in which a required field is missing or invalid. Other servers send no such record. */
export class UnusableRecordError extends ShapeError {}

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

/** Reads the id of a record. A row that has this field is a record of Airbyte, even if the id is invalid. */
export function recordId(from: Members, name: string): string {
  const value = optionalText(from, name) ?? '';
  if (value === '') throw invalidId(from, name, 'a text');
  return value;
}

export function invalidId(from: Members, name: string, expected: string): ShapeError {
  return name in from ? new UnusableRecordError(name, expected) : new ShapeError(name, expected);
}

/** Null if the field is absent or not a string. */
export function optionalText(from: Members, name: string): string | null {
  const value = from[name];
  return typeof value === 'string' ? value : null;
}

export function optionalNumber(from: Members, name: string): number | null {
  const value = from[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** The years of RFC 3339, whose dates the answers of the gateway contain. */
const FIRST_INSTANT_MS = Date.parse('0000-01-01T00:00:00Z');
const LAST_INSTANT_MS = Date.parse('9999-12-31T23:59:59.999Z');

function instantOrNull(date: Date): Date | null {
  const ms = date.getTime();
  return ms >= FIRST_INSTANT_MS && ms <= LAST_INSTANT_MS ? date : null;
}

/** Null if the field is absent or not a date. */
export function optionalInstant(from: Members, name: string): Date | null {
  return instantOrNull(new Date(optionalText(from, name) ?? Number.NaN));
}

/** Date from whole seconds since 1970; null otherwise. */
export function optionalEpochSeconds(from: Members, name: string): Date | null {
  return instantOrNull(new Date((optionalNumber(from, name) ?? Number.NaN) * 1000));
}

/** The readable rows of a page. `received` counts all rows, as needed for paging. */
export interface Page<T> extends ReadonlyArray<T> {
  readonly received: number;
}

/**
 * Parses the `data` of a list. Ignores `next`, which is wrong in several ways. Skips and reports an unreadable
 * row, so that it does not hide the others. Yields after each row, because a row may have thousands of streams.
 */
export function* rows<T>(
  body: unknown,
  parseRow: (row: unknown) => T,
  onUnreadable: (error: ShapeError) => void,
): Generator<void, Page<T>> {
  const { data } = members(body, 'answer');
  if (!Array.isArray(data)) throw new ShapeError('data', 'an array');
  const errors: ShapeError[] = [];
  const readable: T[] = [];
  for (const row of data as unknown[]) {
    try {
      readable.push(parseRow(row));
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
      errors.push(error);
    }
    yield;
  }
  const [first] = errors;
  // No row is a record of Airbyte: another server answers at this address.
  if (first && readable.length === 0 && !errors.some((error) => error instanceof UnusableRecordError))
    throw first;
  errors.forEach(onUnreadable);
  return Object.assign(readable, { received: data.length });
}
