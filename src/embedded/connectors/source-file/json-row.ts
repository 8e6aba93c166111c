import { fromBytes } from '../../protocol/message-writer';

/** SQLite's limit, which is the lowest of all destinations. */
const MAX_DEPTH = 1000;
/** From this number of members on, a set is faster than an array. */
const MANY_MEMBERS = 16;

/** The reason why a text is not a row. */
export class JsonFault extends Error {
  override readonly name = 'JsonFault';

  constructor(
    readonly reason: string,
    /** The index in the text, from 0. */
    readonly at: number,
  ) {
    super(reason);
  }
}

/** The member names of the last object at a position. The next object there usually has the same ones. */
class Shape {
  readonly names: string[] = [];
  private readonly inside: Shape[] = [];

  at(index: number): Shape {
    return (this.inside[index] ??= new Shape());
  }
}

/**
 * Validates JSON objects (RFC 8259) without building them. Refuses JSON that parsers interpret differently: duplicate
 * members, lone surrogates, and very deep nesting.
 */
export class JsonRowReader {
  private text = '';
  private readonly top = new Shape();

  /** Null if the complete text is one JSON object. */
  faultOf(text: string): JsonFault | null {
    if (text.charCodeAt(0) === 0x7b) return this.faultOfValue(text);
    return new JsonFault(text.startsWith('[') ? ARRAY_FILE : 'it is not a JSON object', 0);
  }

  /** Null if the complete text is one JSON value. */
  faultOfValue(text: string): JsonFault | null {
    this.text = text;
    try {
      const end = this.value(0, this.top, 0, 0);
      return end === text.length ? null : new JsonFault('text follows the JSON', end);
    } catch (error) {
      if (error instanceof JsonFault) return error;
      throw error;
    }
  }

  private value(at: number, shape: Shape, index: number, depth: number): number {
    const { text } = this;
    const code = text.charCodeAt(at);
    if (code === 0x22) return this.string(at);
    if (code === 0x7b) return this.object(at, shape.at(index), depth + 1);
    if (code === 0x5b) return this.array(at, shape.at(index), depth + 1);
    if (code === 0x74 && text.startsWith('true', at)) return at + 4;
    if (code === 0x66 && text.startsWith('false', at)) return at + 5;
    if (code === 0x6e && text.startsWith('null', at)) return at + 4;
    return this.number(at);
  }

  private object(open: number, shape: Shape, depth: number): number {
    if (depth > MAX_DEPTH) throw new JsonFault(`it is nested more than ${MAX_DEPTH} levels deep`, open);
    const { text } = this;
    let at = this.space(open + 1);
    if (text.charCodeAt(at) === 0x7d) return at + 1;
    // Names equal to those of the previous object are already known to be valid and distinct.
    let isKnown = true;
    let seen: Set<string> | null = null;
    for (let index = 0; ; index++) {
      const known = shape.names[index];
      if (isKnown && known !== undefined && text.startsWith(known, at)) at += known.length;
      else {
        const end = this.name(at);
        if (isKnown) shape.names.length = index;
        isKnown = false;
        seen = this.remember(shape.names, seen, at, end);
        at = end;
      }
      at = this.space(at);
      if (text.charCodeAt(at) !== 0x3a) throw this.unexpected(at);
      at = this.space(this.value(this.space(at + 1), shape, index, depth));
      const code = text.charCodeAt(at);
      if (code === 0x7d) return at + 1;
      if (code !== 0x2c) throw this.unexpected(at);
      at = this.space(at + 1);
    }
  }

  private name(at: number): number {
    if (this.text.charCodeAt(at) !== 0x22) throw this.unexpected(at);
    return this.string(at);
  }

  /** @throws JsonFault if an earlier name is equal after decoding its escapes */
  private remember(names: string[], seen: Set<string> | null, at: number, end: number): Set<string> | null {
    const name = this.text.slice(at, end);
    const isPlain = !name.includes('\\');
    let set = seen;
    if (
      set === null &&
      (!isPlain || names.length >= MANY_MEMBERS || names.some((other) => other.includes('\\')))
    )
      set = new Set(names.map(decoded));
    const isRepeated = set === null ? names.includes(name) : set.has(decoded(name));
    if (isRepeated) throw new JsonFault(`it has the member ${fromBytes(name)} twice`, at);
    set?.add(decoded(name));
    names.push(name);
    return set;
  }

  private array(open: number, shape: Shape, depth: number): number {
    if (depth > MAX_DEPTH) throw new JsonFault(`it is nested more than ${MAX_DEPTH} levels deep`, open);
    const { text } = this;
    let at = this.space(open + 1);
    if (text.charCodeAt(at) === 0x5d) return at + 1;
    for (;;) {
      at = this.space(this.value(at, shape, 0, depth));
      const code = text.charCodeAt(at);
      if (code === 0x5d) return at + 1;
      if (code !== 0x2c) throw this.unexpected(at);
      at = this.space(at + 1);
    }
  }

  private string(open: number): number {
    const { text } = this;
    for (let at = open + 1; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === 0x22) return at + 1;
      if (code < 0x20) throw this.unexpected(at);
      if (code === 0x5c) at = this.escape(at);
    }
    throw new JsonFault('a string is not closed', open);
  }

  /** The index of the last character of an escape. */
  private escape(backslash: number): number {
    const { text } = this;
    const kind = text[backslash + 1] ?? '';
    if (kind !== 'u') {
      if (kind !== '' && '"\\/bfnrt'.includes(kind)) return backslash + 1;
      throw new JsonFault('an escape is not one of JSON', backslash);
    }
    const unit = this.unit(backslash);
    if (unit === null) throw new JsonFault('an escape is not one of JSON', backslash);
    if (unit < 0xd800 || unit > 0xdfff) return backslash + 5;
    const second = unit < 0xdc00 ? this.unit(backslash + 6) : null;
    if (second === null || second < 0xdc00 || second > 0xdfff)
      throw new JsonFault(
        `${text.slice(backslash, backslash + 6)} is half of a surrogate pair, which is not a character`,
        backslash,
      );
    return backslash + 11;
  }

  private unit(backslash: number): number | null {
    const digits = /^\\u([0-9a-fA-F]{4})$/.exec(this.text.slice(backslash, backslash + 6))?.[1];
    return digits === undefined ? null : Number.parseInt(digits, 16);
  }

  private number(start: number): number {
    NUMBER.lastIndex = start;
    if (!NUMBER.test(this.text)) throw this.unexpected(start);
    return NUMBER.lastIndex;
  }

  private space(from: number): number {
    const { text } = this;
    let at = from;
    for (let code = text.charCodeAt(at); code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a;)
      code = text.charCodeAt(++at);
    return at;
  }

  private unexpected(at: number): JsonFault {
    const { text } = this;
    if (at >= text.length) return new JsonFault('it is cut off', at);
    const found = /^[-+\w]+|^[\s\S]/.exec(fromBytes(text.slice(at, at + 24)))?.[0] ?? '';
    return new JsonFault(`${JSON.stringify(found)} is not JSON there`, at);
  }
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y;
const ARRAY_FILE = 'it is a JSON array; write one object on each line';

/** A name with decoded escapes: `"a"` and `"\u0061"` are the same member. */
function decoded(name: string): string {
  const text = fromBytes(name);
  return name.includes('\\') ? String(JSON.parse(text)) : text.slice(1, -1);
}
