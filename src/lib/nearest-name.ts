import { editDistance } from './edit-distance';

/** Longer names are not compared, because the cost is proportional to the product of the lengths. */
const MAX_CHARACTERS = 100;
const MAX_EDITS = 2;

/** Returns a known name that differs only in case and separators. Otherwise returns one within `MAX_EDITS` edits. */
export function nearestName(misspelt: string, known: readonly string[]): string | undefined {
  if (misspelt.length > MAX_CHARACTERS) return undefined;
  const plain = simplified(misspelt);
  const same = known.find((name) => simplified(name) === plain);
  if (same !== undefined || plain.length <= MAX_EDITS + 1) return same;
  return known.find((name) => isLike(simplified(name), plain));
}

function isLike(name: string, misspelt: string): boolean {
  return Math.abs(name.length - misspelt.length) <= MAX_EDITS && editDistance(name, misspelt) <= MAX_EDITS;
}

function simplified(name: string): string {
  return name.toLowerCase().replace(/[_-]/g, '');
}
