const NONE = -1;

/** The names of an object's members, in order. Records of one stream usually share a shape. */
export class Shape {
  /** The decoded names. */
  readonly names: readonly string[];
  /** The first name that occurs again, or null. */
  readonly repeated: string | null;
  readonly isAscii: boolean;

  /** @param heads the text before each value: a name with its quotes, a colon, and white space between them */
  constructor(readonly heads: readonly string[]) {
    this.names = heads.map(nameIn);
    this.isAscii = heads.every((head) => !/[^\0-\x7f]/.test(head));
    const seen = new Set<string>();
    this.repeated =
      this.names.find((name) => {
        const isSeen = seen.has(name);
        seen.add(name);
        return isSeen;
      }) ?? null;
  }
}

function nameIn(head: string): string {
  const name = head.slice(0, head.lastIndexOf('"') + 1);
  return String(JSON.parse(Buffer.from(name, 'latin1').toString('utf8')));
}

/**
 * Validates JSON objects (RFC 8259) like `JSON.parse` and finds their members, without creating an object. The text is one
 * character per byte of UTF-8. Each call of {@link scan} replaces the results of the previous one.
 */
export class JsonObjectScanner {
  text = '';
  /** The bounds of the object in the text. */
  start = 0;
  end = 0;
  shape = new Shape([]);
  /** The bounds of the members' values. Entries after the last member have no meaning. */
  readonly valueStarts: number[] = [];
  readonly valueEnds: number[] = [];
  /** The bits that any character of a string has. */
  private bits = 0;

  /** Whether the object has only ASCII characters. One character per byte is then the text itself. */
  get isAscii(): boolean {
    return this.bits < 0x80 && this.shape.isAscii;
  }

  /** The JSON text of the object. */
  get json(): string {
    return this.text.slice(this.start, this.end);
  }

  /** The JSON text of a member's value. */
  value(member: number): string {
    return this.text.slice(this.valueStarts[member], this.valueEnds[member]);
  }

  /** Returns the index after the object that begins at an index, or -1 if it is invalid. */
  scan(text: string, start: number): number {
    this.text = text;
    this.start = start;
    this.bits = 0;
    const { heads } = this.shape;
    let others: string[] | null = null;
    let count = 0;
    let at = text.charCodeAt(start) === 0x7b ? skipSpace(text, start + 1) : NONE;
    if (at === NONE) return NONE;
    if (text.charCodeAt(at) !== 0x7d)
      for (;;) {
        const head = others === null ? heads[count] : undefined;
        if (head !== undefined && hasAt(text, head, at)) at += head.length;
        else {
          const from = at;
          at = this.endOfName(text, at);
          if (at === NONE) return NONE;
          others ??= heads.slice(0, count);
          others.push(text.slice(from, at));
        }
        at = skipSpace(text, at);
        this.valueStarts[count] = at;
        at = this.endOfValue(text, at);
        if (at === NONE) return NONE;
        this.valueEnds[count++] = at;
        at = skipSpace(text, at);
        const code = text.charCodeAt(at);
        if (code === 0x7d) break;
        if (code !== 0x2c) return NONE;
        at = skipSpace(text, at + 1);
      }
    if (others !== null || count < heads.length) this.shape = new Shape(others ?? heads.slice(0, count));
    this.end = at + 1;
    return this.end;
  }

  private endOfValue(text: string, at: number): number {
    const code = text.charCodeAt(at);
    return code === 0x7b || code === 0x5b ? this.endOfNested(text, at) : this.endOfScalar(text, at);
  }

  private endOfScalar(text: string, at: number): number {
    const code = text.charCodeAt(at);
    if (code === 0x22) return this.endOfString(text, at);
    if (code === 0x74) return text.startsWith('true', at) ? at + 4 : NONE;
    if (code === 0x66) return text.startsWith('false', at) ? at + 5 : NONE;
    if (code === 0x6e) return text.startsWith('null', at) ? at + 4 : NONE;
    return endOfNumber(text, at);
  }

  /** Does not recurse, so that every depth is possible. */
  private endOfNested(text: string, start: number): number {
    /** The closing brackets of the open objects and arrays. */
    const open: number[] = [];
    for (let at = start; ;) {
      const code = text.charCodeAt(at);
      if (code === 0x7b || code === 0x5b) {
        const close = code + 2;
        open.push(close);
        at = skipSpace(text, at + 1);
        if (text.charCodeAt(at) !== close) {
          if (close === 0x7d) at = this.endOfName(text, at);
          if (at === NONE) return NONE;
          at = skipSpace(text, at);
          continue;
        }
      } else {
        at = this.endOfScalar(text, at);
        if (at === NONE) return NONE;
        at = skipSpace(text, at);
      }
      while (text.charCodeAt(at) === open.at(-1)) {
        open.pop();
        if (open.length === 0) return at + 1;
        at = skipSpace(text, at + 1);
      }
      if (text.charCodeAt(at) !== 0x2c) return NONE;
      at = skipSpace(text, at + 1);
      if (open.at(-1) === 0x7d) at = this.endOfName(text, at);
      if (at === NONE) return NONE;
      at = skipSpace(text, at);
    }
  }

  /** The index after the colon that follows a name. */
  private endOfName(text: string, at: number): number {
    const end = text.charCodeAt(at) === 0x22 ? this.endOfString(text, at) : NONE;
    const colon = end === NONE ? NONE : skipSpace(text, end);
    return colon !== NONE && text.charCodeAt(colon) === 0x3a ? colon + 1 : NONE;
  }

  private endOfString(text: string, open: number): number {
    let bits = 0;
    for (let at = open + 1; at < text.length; at++) {
      const code = text.charCodeAt(at);
      bits |= code;
      if (code === 0x22) {
        this.bits |= bits;
        return at + 1;
      }
      if (code < 0x20) return NONE;
      if (code === 0x5c) {
        at = endOfEscape(text, at + 1);
        if (at === NONE) return NONE;
      }
    }
    return NONE;
  }
}

/** The same as `startsWith`, in half of its time. */
export function hasAt(text: string, part: string, at: number): boolean {
  return text.slice(at, at + part.length) === part;
}

/** The index of the last character of an escape. `at` is the index after the backslash. */
function endOfEscape(text: string, at: number): number {
  const code = text[at] ?? '';
  if (code === 'u') return /^[0-9a-fA-F]{4}$/.test(text.slice(at + 1, at + 5)) ? at + 4 : NONE;
  return code !== '' && '"\\/bfnrt'.includes(code) ? at : NONE;
}

function endOfNumber(text: string, start: number): number {
  let at = text.charCodeAt(start) === 0x2d ? start + 1 : start;
  const integer = skipDigits(text, at);
  if (integer === at || (integer > at + 1 && text.charCodeAt(at) === 0x30)) return NONE;
  at = integer;
  if (text.charCodeAt(at) === 0x2e) {
    const fraction = skipDigits(text, at + 1);
    if (fraction === at + 1) return NONE;
    at = fraction;
  }
  if ((text.charCodeAt(at) | 0x20) !== 0x65) return at;
  const sign = text.charCodeAt(at + 1);
  const digits = sign === 0x2b || sign === 0x2d ? at + 2 : at + 1;
  const end = skipDigits(text, digits);
  return end === digits ? NONE : end;
}

function skipDigits(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); code >= 0x30 && code <= 0x39; code = text.charCodeAt(at)) at++;
  return at;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  for (
    let code = text.charCodeAt(at);
    code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
    code = text.charCodeAt(at)
  )
    at++;
  return at;
}
