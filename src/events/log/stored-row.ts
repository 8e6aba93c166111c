/** The storage was changed by somebody else. */
class DamagedLogError extends Error {
  override readonly name = 'DamagedLogError';
}

function columnOf(row: unknown, column: string): unknown {
  return typeof row === 'object' && row !== null ? (Reflect.get(row, column) as unknown) : undefined;
}

/** @throws DamagedLogError if the column has no text */
export function textIn(row: unknown, column: string): string {
  const value = columnOf(row, column);
  if (typeof value === 'string') return value;
  throw new DamagedLogError(`column ${column} is not text`);
}

/** @throws DamagedLogError if the column has no whole number */
export function integerIn(row: unknown, column: string): number {
  const value = columnOf(row, column);
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new DamagedLogError(`column ${column} is not a whole number`);
}
