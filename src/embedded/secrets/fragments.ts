/** The shortest fragment that is always found is one less than twice this. */
const GRAM = 8;
/** A fragment of fewer characters may be there by chance. */
const SHORTEST_FRAGMENT = 12;
/** The shortest piece that is taken for a cut secret, at the end or the beginning of a line. */
const SHORTEST_EDGE = 6;

/** A stretch of a text, its end excluded. */
export type TextRange = readonly [start: number, end: number];

/** Finds fragments of known texts: what is left of a secret that was cut, wrapped or printed line by line. */
export class FragmentFinder {
  private readonly grams = new Map<string, { source: string; at: number }[]>();
  private readonly sources: string[] = [];

  add(source: string): void {
    if (source.length < SHORTEST_EDGE) return;
    this.sources.push(source);
    for (let at = 0; at + GRAM <= source.length; at += GRAM) {
      const gram = source.slice(at, at + GRAM);
      const known = this.grams.get(gram);
      // One text repeated over and over would make every look-up long.
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

/** The stretch around a place at which a text and a source are equal. */
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

/** How many characters at the end of one text are the beginning of another. */
function overlap(one: string, other: string): number {
  // Longer pieces are found as fragments.
  for (let length = Math.min(one.length, other.length, 2 * GRAM); length >= SHORTEST_EDGE; length--)
    if (one.endsWith(other.slice(0, length))) return length;
  return 0;
}
