/** Longer names are skipped, because the cost is the product of the lengths. */
const MAX_CHARACTERS = 100;

/** The known name that is closest to a misspelt one, or null. */
export function nearestName(name: string, known: readonly string[]): string | null {
  if (name.length > MAX_CHARACTERS) return null;
  const plain = simplified(name);
  const same = known.find((candidate) => simplified(candidate) === plain);
  if (same !== undefined) return same;
  const tolerance = Math.min(3, Math.floor(plain.length / 3));
  const near = known
    .filter((candidate) => candidate.length <= MAX_CHARACTERS)
    .map((candidate) => ({ candidate, distance: editDistance(plain, simplified(candidate)) }))
    .filter(({ distance }) => distance <= tolerance)
    .sort((a, b) => a.distance - b.distance)[0];
  if (near !== undefined) return near.candidate;
  const longer = known.filter((candidate) => plain.length >= 3 && simplified(candidate).startsWith(plain));
  return longer.length === 1 ? (longer[0] ?? null) : null;
}

/** Case and separators are the most frequent differences. */
function simplified(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

/** Optimal string alignment distance: Levenshtein's distance with transpositions. */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const isSwap = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const swapped = isSwap ? (beforePrevious[column - 2] ?? Infinity) + 1 : Infinity;
      current.push(Math.min(replaced, swapped, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}
