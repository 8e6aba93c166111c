/** The answer has another shape than Airbyte's API promises. The message names the member, never its content. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';

  constructor(where: string, expected: string) {
    super(`${where} should be ${expected}`);
  }
}

/** A record of Airbyte's that lacks what it is needed for. */
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

/** Absent, null and anything that is no text: null. */
export function optionalText(from: Members, name: string): string | null {
  const value = from[name];
  return typeof value === 'string' ? value : null;
}

export function optionalNumber(from: Members, name: string): number | null {
  const value = from[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** Absent, null and anything that is not an instant: null. */
export function optionalInstant(from: Members, name: string): Date | null {
  const date = new Date(optionalText(from, name) ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? null : date;
}

/** Reads an instant given as whole seconds since 1970; null for anything else. */
export function optionalEpochSeconds(from: Members, name: string): Date | null {
  const date = new Date((optionalNumber(from, name) ?? Number.NaN) * 1000);
  return Number.isNaN(date.getTime()) ? null : date;
}

/** The readable rows of a page. `received` also counts the others: paging goes by it. */
export interface Page<T> extends ReadonlyArray<T> {
  readonly received: number;
}

/**
 * The rows of a list's `data`; its `next` is never read, since it is wrong in several ways. A row that cannot be read is left
 * out and reported: it must not take the others from every caller. Yields after each row, since one may have thousands of
 * streams.
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
  // Not one record of Airbyte's: something else answers at this address.
  if (first && readable.length === 0 && !errors.some((error) => error instanceof UnusableRecordError))
    throw first;
  errors.forEach(onUnreadable);
  return Object.assign(readable, { received: data.length });
}
