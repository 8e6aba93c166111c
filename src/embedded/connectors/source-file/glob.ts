/** One part of a pattern, between two slashes. */
export interface PatternPart {
  readonly kind: 'name' | 'pattern' | 'any-depth';
  /** The name without escaping backslashes, if the part has no wildcard. */
  readonly name: string;
  /** Whether the part is only `*`. */
  readonly isAny: boolean;
  matches(name: string): boolean;
}

/** Whether a path contains an unescaped `*`, `?` or `[`. */
export function isPattern(path: string): boolean {
  return /[*?[]/.test(path.replace(/\\./g, ''));
}

/** The parts of a path, parsed as in a shell. */
export function partsOf(path: string): PatternPart[] {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  // Consecutive `**` are equivalent to one.
  return parts.filter((part, index) => part !== '**' || parts[index - 1] !== '**').map(partOf);
}

/** Whether a pattern matches a complete path. */
export function matchesPath(pattern: string, path: string): boolean {
  const parts = partsOf(pattern);
  let reached = firstParts(parts);
  for (const name of path.split('/').filter((part) => part !== ''))
    reached = partsAfter(
      parts,
      reached.filter((part) => parts[part]?.matches(name)),
    );
  return reached.includes(parts.length);
}

/** The indexes of the parts that may match the first name of a path. */
export function firstParts(parts: readonly PatternPart[]): number[] {
  return withZeroDepth(parts, [0]);
}

/** The indexes of the parts that may match the name after one that these parts match. */
export function partsAfter(parts: readonly PatternPart[], matching: readonly number[]): number[] {
  return withZeroDepth(
    parts,
    matching.map((part) => (parts[part]?.kind === 'any-depth' ? part : part + 1)),
  );
}

/** `**` also matches zero folders, so the next part may match at the same position. */
function withZeroDepth(parts: readonly PatternPart[], some: readonly number[]): number[] {
  const all = new Set(some);
  for (const part of all) if (parts[part]?.kind === 'any-depth') all.add(part + 1);
  return [...all];
}

function partOf(part: string): PatternPart {
  if (part === '**') return { kind: 'any-depth', name: part, isAny: true, matches: isVisible };
  if (!isPattern(part)) {
    const name = part.replace(/\\(.)/g, '$1');
    return { kind: 'name', name, isAny: false, matches: (found) => found === name };
  }
  const tokens = tokensOf(part);
  const first = tokens[0];
  const showsHidden = first !== undefined && first !== 'many' && first.literal === '.';
  return {
    kind: 'pattern',
    name: part,
    isAny: /^\*+$/.test(part),
    matches: (found) => (showsHidden || isVisible(found)) && matchesTokens(tokens, Array.from(found)),
  };
}

/** As in a shell, a name with a leading dot matches only a pattern with that dot. */
function isVisible(name: string): boolean {
  return !name.startsWith('.');
}

type Token = 'many' | { readonly literal: string | null; accepts(character: string): boolean };

function tokensOf(part: string): Token[] {
  const tokens: Token[] = [];
  const characters = Array.from(part);
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? '';
    if (character === '*') {
      if (tokens.at(-1) !== 'many') tokens.push('many');
    } else if (character === '?') tokens.push({ literal: null, accepts: () => true });
    else if (character === '[') {
      const set = setAt(characters, at);
      if (set === null) tokens.push(literal('['));
      else {
        tokens.push({ literal: null, accepts: set.accepts });
        at = set.end;
      }
    } else if (character === '\\' && at + 1 < characters.length) tokens.push(literal(characters[++at] ?? ''));
    else tokens.push(literal(character));
  }
  return tokens;
}

function literal(character: string): Token {
  return { literal: character, accepts: (found) => found === character };
}

/** Parses `[abc]`, `[a-z]`, `[!a]` or `[^a]`. An unclosed bracket is a literal character. */
function setAt(
  characters: readonly string[],
  open: number,
): { end: number; accepts: (character: string) => boolean } | null {
  const isNegated = characters[open + 1] === '!' || characters[open + 1] === '^';
  const begin = open + (isNegated ? 2 : 1);
  const ranges: { from: string; to: string }[] = [];
  for (let at = begin; at < characters.length; at++) {
    // A closing bracket in the first position is a member of the set.
    if (characters[at] === ']' && at > begin)
      return {
        end: at,
        accepts: (found) => ranges.some(({ from, to }) => from <= found && found <= to) !== isNegated,
      };
    if (characters[at] === '\\') at++;
    const from = characters[at];
    if (from === undefined) return null;
    const isRange =
      characters[at + 1] === '-' && characters[at + 2] !== undefined && characters[at + 2] !== ']';
    if (isRange) at += characters[at + 2] === '\\' ? 3 : 2;
    ranges.push({ from, to: characters[at] ?? from });
  }
  return null;
}

/** Backtracks to the last `*` only, so the time is at most proportional to the product of both lengths. */
function matchesTokens(tokens: readonly Token[], name: readonly string[]): boolean {
  let [token, at] = [0, 0];
  let [lastMany, resumeAt] = [-1, 0];
  while (at < name.length) {
    const wanted = tokens[token];
    if (wanted === 'many') {
      [lastMany, resumeAt] = [token, at];
      token++;
    } else if (wanted?.accepts(name[at] ?? '') === true) {
      token++;
      at++;
    } else if (lastMany >= 0) {
      token = lastMany + 1;
      at = ++resumeAt;
    } else return false;
  }
  while (tokens[token] === 'many') token++;
  return token === tokens.length;
}
