/** A member of a record: its name with escapes as in the JSON text, and the JSON text of its value. */
export interface Member {
  readonly spelling: string;
  readonly value: string;
}

/** The members of an object, in order. The JSON must be valid. Does not recurse. */
export function membersOf(object: string): Member[] {
  const members: Member[] = [];
  let at = object.indexOf('"');
  while (at >= 0) {
    const nameEnd = endOfString(object, at);
    const start = skipSpace(object, skipSpace(object, nameEnd) + 1);
    const end = endOfValue(object, start);
    members.push({ spelling: object.slice(at + 1, nameEnd - 1), value: object.slice(start, end) });
    const next = skipSpace(object, end);
    at = object.charCodeAt(next) === 0x2c ? skipSpace(object, next + 1) : -1;
  }
  return members;
}

/** The items of an array. The JSON must be valid. */
export function itemsOf(array: string): string[] {
  const items: string[] = [];
  let at = skipSpace(array, array.indexOf('[') + 1);
  while (array.charCodeAt(at) !== 0x5d) {
    const end = endOfValue(array, at);
    items.push(array.slice(at, end));
    at = skipSpace(array, end);
    if (array.charCodeAt(at) === 0x2c) at = skipSpace(array, at + 1);
  }
  return items;
}

/** Decodes the escapes of a name: `\u0041` is `A`. */
export function nameOf(spelling: string): string {
  return spelling.includes('\\') ? String(JSON.parse(`"${spelling}"`)) : spelling;
}

/** The name of a duplicate member at any depth of a valid JSON value, or null. */
export function repeatedMember(value: string): string | null {
  // One entry for each open object or array.
  const names: Names[] = [];
  let current: Names | undefined;
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code === 0x22) {
      const end = endOfString(value, at);
      if (current?.isOfObject === true && value.charCodeAt(skipSpace(value, end)) === 0x3a) {
        const name = nameOf(value.slice(at + 1, end - 1));
        if (!current.add(name)) return name;
      }
      at = end - 1;
    } else if (code === 0x7b || code === 0x5b) {
      current = new Names(code === 0x7b);
      names.push(current);
    } else if (code === 0x7d || code === 0x5d) {
      names.pop();
      current = names.at(-1);
    }
  }
  return null;
}

/** From this number of names on, a set is faster than an array. */
const MANY_NAMES = 16;

/** The names of the members of one object. */
class Names {
  private readonly few: string[] = [];
  private many: Set<string> | null = null;

  constructor(readonly isOfObject: boolean) {}

  /** Returns false if the name already exists. */
  add(name: string): boolean {
    if (this.many !== null) {
      if (this.many.has(name)) return false;
      this.many.add(name);
      return true;
    }
    if (this.few.includes(name)) return false;
    this.few.push(name);
    if (this.few.length === MANY_NAMES) this.many = new Set(this.few);
    return true;
  }
}

/** The end of the value that begins at `start`, in valid JSON. */
function endOfValue(text: string, start: number): number {
  const first = text.charCodeAt(start);
  if (first === 0x22) return endOfString(text, start);
  if (first !== 0x7b && first !== 0x5b) return endOfLiteral(text, start);
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) at = endOfString(text, at) - 1;
    else if (code === 0x7b || code === 0x5b) depth++;
    else if ((code === 0x7d || code === 0x5d) && --depth === 0) return at + 1;
  }
  return text.length;
}

/** The end of a number, `true`, `false` or `null`. */
function endOfLiteral(text: string, start: number): number {
  let at = start;
  for (
    let code = text.charCodeAt(at);
    code > 0x20 && code !== 0x2c && code !== 0x5d && code !== 0x7d;
    code = text.charCodeAt(at)
  )
    at++;
  return at;
}

/** The end of the string whose opening quote is at `open`, in valid JSON. */
function endOfString(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return at + 1;
    if (code === 0x5c) at++;
  }
  return text.length;
}

/** The index of the first character from `from` on that is not JSON white space. */
function skipSpace(text: string, from: number): number {
  let at = from;
  for (
    let code = text.charCodeAt(at);
    code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a;
    code = text.charCodeAt(at)
  )
    at++;
  return at;
}
