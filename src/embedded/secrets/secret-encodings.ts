/** Longer texts are found by their fragments alone. */
const MAX_PATTERN_LENGTH = 2048;
/** A longer base64, too. */
const MAX_CORE_LENGTH = 512;
/** A shorter core of base64 would occur by chance. */
const SHORTEST_CORE = 5;
/** A break inside base64 that is wrapped, as it is or escaped. */
const WRAP = String.raw`(?:\\+[nr]|[\r\n])*`;
/** JSON inside JSON inside JSON doubles backslashes each time. */
const MAX_ESCAPES = 16;
const ESCAPE = String.raw`\\{1,${MAX_ESCAPES}}`;
const CONTROL_LETTERS: Readonly<Record<string, string>> = { '\t': 't', '\r': 'r', '\b': 'b', '\f': 'f' };
const HTML: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": '#39' };

/**
 * Regular expressions that find a text in the spellings in which programs print it: as it is, as JSON (also JSON inside
 * JSON), in a URL, in HTML, and as base64 at any of its three alignments, wrapped or not.
 */
export function patternsOf(text: string): RegExp[] {
  if (text.length > MAX_PATTERN_LENGTH) return [];
  // A run of backslashes is one unit: a quantifier for each would take exponential time on a longer run.
  const units = text.replace(/\r\n/g, '\n').match(/\\+|[^\\]/gu) ?? [];
  const start = text.startsWith('\\') ? String.raw`(?<!\\)` : '';
  const plain = start + units.map(spellingsOf).join('');
  const cores = base64Cores(text)
    .filter((core) => core.length >= SHORTEST_CORE && core.length <= MAX_CORE_LENGTH)
    // Half a character of base64 at each end holds bits of the text too.
    .map((core) => `[\\w+/-]?${Array.from(core, base64Spelling).join(WRAP)}[\\w+/-]?=*`);
  return [plain, ...cores].map((source) => new RegExp(source, 'gu'));
}

/** The spellings of a text of which fragments may be printed: a part of a line, a line of many, a cut one. */
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
    // Last, since it may be the beginning of the others.
    String.raw`\\{0,${MAX_ESCAPES}}${escaped(character)}`,
  ].join('|')})`;
}

/** The characters of base64 that depend on nothing but the text, for each place it may have among other bytes. */
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

/** `encodeURIComponent` refuses half of a surrogate pair. */
function encodeWellFormed(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString('utf8'));
}
