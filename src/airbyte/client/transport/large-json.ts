import { randomUUID } from 'node:crypto';

/** Parts of about this length are parsed at once, which takes a fraction of a millisecond. */
const PART_CHARACTERS = 64 * 1024;
/** Containers in deeper levels are not divided. Airbyte's streams are in the fifth. */
const MAX_DIVIDED_LEVELS = 16;

const QUOTE = 34;
const COMMA = 44;
const OPEN_LIST = 91;
const BACKSLASH = 92;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/** A container that is longer than a part. */
interface Large {
  readonly isList: boolean;
  /** The places of its brackets. */
  readonly start: number;
  readonly end: number;
  /** Commas between its members, about a part from each other. */
  readonly cuts: readonly number[];
  /** The large containers directly in it. */
  readonly children: readonly Large[];
}

/**
 * Parses JSON like `JSON.parse`, and yields after each part: a text of megabytes takes longer than one turn of the event
 * loop may take. `parse` gets each part as a text of its own.
 * @throws {SyntaxError}
 */
export function* parseLargeJson(text: string, parse: (part: string) => unknown): Generator<void, unknown> {
  // As the only item of a list, so that the text must be one value.
  const whole = { isList: true, start: -1, end: text.length, cuts: [], children: yield* findLarge(text) };
  const values = yield* new Assembly(text, parse).list(whole);
  if (values.length !== 1) throw new SyntaxError('there is not exactly one value');
  return values[0];
}

/** Looks at brackets, commas and quotes alone. Everything else is checked when the parts are parsed. */
function* findLarge(text: string): Generator<void, readonly Large[]> {
  const levels = Array.from({ length: MAX_DIVIDED_LEVELS + 1 }, () => new Level());
  const [outside] = levels as [Level, ...Level[]];
  let level = 0;
  let pausesAt = PART_CHARACTERS;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) at = endOfText(text, at);
    else if (character === COMMA) levels[level]?.cut(at);
    else if (character === OPEN_OBJECT || character === OPEN_LIST) levels[++level]?.open(character, at);
    else if (character === CLOSE_OBJECT || character === CLOSE_LIST) {
      if (level === 0) throw new SyntaxError('a bracket is closed that is not open');
      const large = levels[level--]?.close(character, at);
      if (large) levels[level]?.children.push(large);
    }
    if (at < pausesAt) continue;
    pausesAt = at + PART_CHARACTERS;
    yield;
  }
  if (level > 0) throw new SyntaxError('a bracket is not closed');
  return outside.children;
}

/** The container that is open in a level. One object for all of a level, since there are hundreds of thousands. */
class Level {
  children: Large[] = [];
  private cuts: number[] = [];
  private opening = 0;
  private start = 0;
  /** Nothing is cut outside of all containers. */
  private lastCut = Number.POSITIVE_INFINITY;

  open(opening: number, at: number): void {
    this.opening = opening;
    this.start = at;
    this.lastCut = at;
  }

  cut(at: number): void {
    if (at - this.lastCut <= PART_CHARACTERS) return;
    this.cuts.push(at);
    this.lastCut = at;
  }

  /** Null: it is no longer than a part, so that nothing in it is either. */
  close(closing: number, end: number): Large | null {
    // In ASCII a closing bracket comes two places after its opening one.
    if (closing !== this.opening + 2) throw new SyntaxError('a bracket of one kind is closed by the other');
    if (end - this.start <= PART_CHARACTERS) return null;
    const { start, cuts, children } = this;
    this.cuts = [];
    this.children = [];
    return { isList: closing === CLOSE_LIST, start, end, cuts, children };
  }
}

/** The place of the closing quote. */
function endOfText(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) return at;
    // The next character is escaped.
    if (character === BACKSLASH) at++;
  }
  throw new SyntaxError('a text is not closed');
}

/** Puts the values of large containers together from their parts. */
class Assembly {
  /** A text with it stands for a large container in a part of its parent. No other text can have it. */
  private readonly mark = `${randomUUID()} `;

  constructor(
    private readonly source: string,
    private readonly parse: (part: string) => unknown,
  ) {}

  *list(large: Large): Generator<void, unknown[]> {
    const items: unknown[] = [];
    for (const part of this.partsOf(large)) {
      for (const item of this.parse(`[${part}]`) as unknown[]) items.push(yield* this.resolve(item, large));
      yield;
    }
    return items;
  }

  private *object(large: Large): Generator<void, object> {
    const members = {};
    for (const part of this.partsOf(large)) {
      for (const [name, item] of Object.entries(this.parse(`{${part}}`) as object)) {
        const value = yield* this.resolve(item, large);
        // An assignment to `__proto__` would make no member.
        Object.defineProperty(members, name, { value, enumerable: true, writable: true, configurable: true });
      }
      yield;
    }
    return members;
  }

  private *resolve(item: unknown, { children }: Large): Generator<void, unknown> {
    if (typeof item !== 'string' || !item.startsWith(this.mark)) return item;
    const child = children[Number(item.slice(this.mark.length))];
    if (child === undefined) return item;
    return yield* child.isList ? this.list(child) : this.object(child);
  }

  /** The texts between the cuts, with marks instead of the large containers. */
  private *partsOf(large: Large): Generator<string> {
    let from = large.start + 1;
    for (const to of [...large.cuts, large.end]) {
      const part = this.marked(from, to, large);
      if (large.cuts.length > 0 && part.trim() === '') throw new SyntaxError('there is a comma too many');
      yield part;
      from = to + 1;
    }
  }

  private marked(from: number, to: number, { children }: Large): string {
    let part = '';
    let at = from;
    for (const [index, { start, end }] of children.entries()) {
      if (start < from || end >= to) continue;
      part += `${this.source.slice(at, start)}"${this.mark}${index}"`;
      at = end + 1;
    }
    return part + this.source.slice(at, to);
  }
}
