/** Removes repeated rows that are allowed. Unexpected and missing rows stay visible. */
export function unrepeated(found: readonly string[], expected: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const row of expected) counts.set(row, (counts.get(row) ?? 0) + 1);
  const kept: string[] = [];
  for (const row of found) {
    const left = counts.get(row);
    if (left === 0) continue;
    if (left !== undefined) counts.set(row, left - 1);
    kept.push(row);
  }
  return kept;
}

/** Expects equal rows. The message is short, because there can be thousands of rows. */
export function compare(place: string, found: readonly string[], expected: readonly string[]): void {
  const missing = minus(expected, found);
  const foreign = minus(found, expected);
  expect({ place, missing: missing.slice(0, 3), foreign: foreign.slice(0, 3), rows: found.length }).toEqual({
    place,
    missing: [],
    foreign: [],
    rows: expected.length,
  });
}

function minus(rows: readonly string[], others: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const row of others) counts.set(row, (counts.get(row) ?? 0) + 1);
  return rows.filter((row) => {
    const left = counts.get(row) ?? 0;
    counts.set(row, left - 1);
    return left <= 0;
  });
}
