/** Fragments of at least 2 * GRAM - 1 characters are always found. */
const GRAM = 8;
/** Shorter fragments may occur by chance. */
const SHORTEST_FRAGMENT = 12;
/** Minimum length of a cut secret at the beginning or the end of a line. */
const SHORTEST_EDGE = 6;

/** A range of a text; the end is exclusive. */
export type TextRange = readonly [start: number, end: number];

/** Finds fragments of secrets that were cut, wrapped or printed line by line. */
export class FragmentFinder {
  private readonly grams = new Map<string, { source: string; at: number }[]>();
  private readonly sources: string[] = [];

  add(source: string): void {
    if (source.length < SHORTEST_EDGE) return;
    this.sources.push(source);
    for (let at = 0; at + GRAM <= source.length; at += GRAM) {
      const gram = source.slice(at, at + GRAM);
      const known = this.grams.get(gram);
      // Bounded, because a repetitive secret would make every lookup slow.
      if (known === undefined) this.grams.set(gram, [{ source, at }]);
      else if (known.length < 20) known.push({ source, at });
    }
  }

  find(text: string): TextRange[] {
    const found = this.inside(text);
    let start = 0;
    for (const line of text.split('\n')) {
      found.push(...this.atEdges(line).map(([from, to]): TextRange => [start + from, start + to]));
      start += line.length + 1;
    }
    return found;
  }

  private inside(text: string): TextRange[] {
    const found: TextRange[] = [];
    for (let at = 0; at + GRAM <= text.length; at++) {
      const places = this.grams.get(text.slice(at, at + GRAM)) ?? [];
      const stretches = places.map((place) => widened(text, at, place));
      const longest = stretches.sort(([a, b], [c, d]) => d - c - (b - a))[0];
      if (longest === undefined || longest[1] - longest[0] < SHORTEST_FRAGMENT) continue;
      found.push(longest);
      at = longest[1] - GRAM;
    }
    return found;
  }

  private atEdges(line: string): TextRange[] {
    const found: TextRange[] = [];
    for (const source of this.sources) {
      const end = overlap(line, source);
      if (end >= SHORTEST_EDGE) found.push([line.length - end, line.length]);
      const start = overlap(source, line);
      if (start >= SHORTEST_EDGE) found.push([0, start]);
    }
    return found;
  }
}

/** Extends a match in both directions. */
function widened(text: string, at: number, { source, at: from }: { source: string; at: number }): TextRange {
  let before = 0;
  while (before < at && before < from && text[at - before - 1] === source[from - before - 1]) before++;
  let after = GRAM;
  while (
    at + after < text.length &&
    from + after < source.length &&
    text[at + after] === source[from + after]
  )
    after++;
  return [at - before, at + after];
}

/** Length of the longest suffix of one text that is a prefix of another. */
function overlap(one: string, other: string): number {
  // Longer pieces are found as fragments.
  for (let length = Math.min(one.length, other.length, 2 * GRAM); length >= SHORTEST_EDGE; length--)
    if (one.endsWith(other.slice(0, length))) return length;
  return 0;
}
