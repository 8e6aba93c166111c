/** Longer texts are found by their fragments only. */
const MAX_PATTERN_LENGTH = 2048;
/** The same for base64. */
const MAX_CORE_LENGTH = 512;
/** Shorter base64 may occur by chance. */
const SHORTEST_CORE = 5;
/** A line break in wrapped base64, plain or escaped. */
const WRAP = String.raw`(?:\\+[nr]|[\r\n])*`;
/** Each level of nested JSON doubles the backslashes. */
const MAX_ESCAPES = 16;
const ESCAPE = String.raw`\\{1,${MAX_ESCAPES}}`;
const CONTROL_LETTERS: Readonly<Record<string, string>> = { '\t': 't', '\r': 'r', '\b': 'b', '\f': 'f' };
const HTML: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": '#39' };

/**
 * Regular expressions for the encodings of a text: plain, JSON (also nested), URL, HTML, and base64 at all three alignments,
 * wrapped or not.
 */
export function patternsOf(text: string): RegExp[] {
  if (text.length > MAX_PATTERN_LENGTH) return [];
  // A run of backslashes is one unit. A quantifier for each backslash would backtrack exponentially.
  const units = text.replace(/\r\n/g, '\n').match(/\\+|[^\\]/gu) ?? [];
  const start = text.startsWith('\\') ? String.raw`(?<!\\)` : '';
  const plain = start + units.map(spellingsOf).join('');
  const cores = base64Cores(text)
    .filter((core) => core.length >= SHORTEST_CORE && core.length <= MAX_CORE_LENGTH)
    // The characters at both ends of the base64 also contain bits of the text.
    .map((core) => `[\\w+/-]?${Array.from(core, base64Spelling).join(WRAP)}[\\w+/-]?=*`);
  return [plain, ...cores].map((source) => new RegExp(source, 'gu'));
}

/** The encodings of a text in which fragments are searched. */
export function fragmentSources(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const cores = base64Cores(text);
  const urlSafe = cores.map((core) => core.replaceAll('+', '-').replaceAll('/', '_'));
  const hex = Buffer.from(text).toString('hex');
  const url = encodeWellFormed(text);
  return [...new Set([text, json, url, ...cores, ...urlSafe, hex, hex.toUpperCase()])];
}

function spellingsOf(character: string): string {
  if (/^[A-Za-z0-9]$/.test(character)) return character;
  if (character.startsWith('\\'))
    return String.raw`(?:\\|%5[Cc]|u005[Cc]|x5[Cc]){1,${MAX_ESCAPES * character.length}}`;
  if (character === '\n')
    return String.raw`(?:\r?\n|(?:${ESCAPE}r)?${ESCAPE}n|(?:%0[Dd])?%0[Aa]|${ESCAPE}u000[aA]| )`;
  const bytes = [...Buffer.from(character)].map((byte) => byte.toString(16).padStart(2, '0'));
  const units = Array.from({ length: character.length }, (_, index) =>
    character.charCodeAt(index).toString(16).padStart(4, '0'),
  );
  const entity = HTML[character];
  const letter = CONTROL_LETTERS[character];
  return `(?:${[
    bytes.map((byte) => `%${anyCase(byte)}`).join(''),
    units.map((unit) => String.raw`${ESCAPE}u${anyCase(unit)}`).join(''),
    ...(units.length === 1 && (units[0] ?? '').startsWith('00')
      ? [String.raw`${ESCAPE}x${anyCase((units[0] ?? '').slice(2))}`]
      : []),
    ...(entity === undefined ? [] : [`&${entity};`]),
    ...(letter === undefined ? [] : [ESCAPE + letter]),
    ...(character === ' ' ? [String.raw`\+`] : []),
    // Last, because it may be a prefix of the others.
    String.raw`\\{0,${MAX_ESCAPES}}${escaped(character)}`,
  ].join('|')})`;
}

/** The base64 characters that depend only on the text, for each of the three alignments. */
function base64Cores(text: string): string[] {
  const bytes = Buffer.from(text);
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    const first = Math.ceil((offset * 8) / 6);
    const end = Math.floor(((offset + bytes.length) * 8) / 6);
    return encoded.slice(first, end);
  });
}

function base64Spelling(character: string): string {
  if (character === '+') return '(?:[+-]|%2[Bb])';
  if (character === '/') return String.raw`(?:\\*/|_|%2[Ff])`;
  return character;
}

function anyCase(hex: string): string {
  return hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

function escaped(character: string): string {
  return /[$()*+./?[\\\]^{|}]/.test(character) ? `\\${character}` : character;
}

/** `encodeURIComponent` throws for a lone surrogate. */
function encodeWellFormed(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString('utf8'));
}
