import { isUtf8 } from 'node:buffer';

/** The supported encodings with their usual names. */
const SPELLINGS = [
  ['utf-8', ['utf-8', 'utf8', 'utf-8-sig', 'u8']],
  ['iso-8859-1', ['iso-8859-1', 'iso8859-1', 'latin-1', 'latin1', 'latin', 'l1']],
  ['windows-1252', ['windows-1252', 'cp1252', '1252']],
  ['utf-16', ['utf-16', 'utf16']],
  ['utf-16-le', ['utf-16-le', 'utf-16le']],
  ['utf-16-be', ['utf-16-be', 'utf-16be']],
] as const;

export type Encoding = (typeof SPELLINGS)[number][0];
export const ENCODINGS: readonly Encoding[] = SPELLINGS.map(([encoding]) => encoding);

/** The encoding with a name, or null. */
export function encodingOf(name: string): Encoding | null {
  const wanted = name.trim().toLowerCase().replaceAll('_', '-');
  return SPELLINGS.find(([, spellings]) => spellings.some((spelling) => spelling === wanted))?.[0] ?? null;
}

/** Invalid bytes in the file's encoding. The bytes before them are valid. */
export class EncodingFault {
  constructor(
    /** The valid part before the fault, as UTF-8. */
    readonly sound: Buffer,
    readonly reason: string,
  ) {}
}

/** Decodes chunks of a file to UTF-8 and detects invalid bytes. */
export interface Decoder {
  /** The complete characters of a chunk as UTF-8. An incomplete character is kept for the next chunk. */
  push(piece: Buffer): Buffer | EncodingFault;
  /** A fault if the file ended within a character. */
  end(): EncodingFault | null;
}

/** A byte order mark decides between the two kinds of UTF-16. It is removed in every encoding. */
export function decoderOf(encoding: Encoding): Decoder {
  switch (encoding) {
    case 'utf-8':
      return new WithoutMark(new Utf8Decoder());
    case 'iso-8859-1':
      return new ByteDecoder(new Map(), '');
    case 'windows-1252':
      return new ByteDecoder(WINDOWS_1252, '\u0081\u008d\u008f\u0090\u009d');
    default:
      return new WithoutMark(new Utf16Decoder(encoding));
  }
}

const MARK = Buffer.from('\ufeff', 'utf8');

class WithoutMark implements Decoder {
  private isStart = true;

  constructor(private readonly inner: Decoder) {}

  push(piece: Buffer): Buffer | EncodingFault {
    const decoded = this.inner.push(piece);
    if (!this.isStart) return decoded;
    const sound = decoded instanceof EncodingFault ? decoded.sound : decoded;
    if (sound.length > 0) this.isStart = false;
    if (!sound.subarray(0, MARK.length).equals(MARK)) return decoded;
    const rest = sound.subarray(MARK.length);
    return decoded instanceof EncodingFault ? new EncodingFault(rest, decoded.reason) : rest;
  }

  end(): EncodingFault | null {
    return this.inner.end();
  }
}

class Utf8Decoder implements Decoder {
  private rest = Buffer.alloc(0);
  private isStart = true;

  push(piece: Buffer): Buffer | EncodingFault {
    const bytes = this.rest.length === 0 ? piece : Buffer.concat([this.rest, piece]);
    const whole = bytes.length - cutCharacterLength(bytes);
    const sound = bytes.subarray(0, whole);
    this.rest = Buffer.from(bytes.subarray(whole));
    const hasUtf16Mark =
      this.isStart &&
      bytes.length > 1 &&
      ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff));
    this.isStart = false;
    if (hasUtf16Mark) return new EncodingFault(Buffer.alloc(0), UTF_16_MARK);
    if (isUtf8(sound)) return sound;
    const at = firstFault(sound);
    return new EncodingFault(sound.subarray(0, at), notUtf8(bytes[at] ?? 0));
  }

  end(): EncodingFault | null {
    return this.rest.length === 0 ? null : new EncodingFault(Buffer.alloc(0), notUtf8(this.rest[0] ?? 0));
  }
}

const UTF_16_MARK =
  'it begins with the byte order mark of UTF-16; set {"encoding": "utf-16"} in reader_options';

function notUtf8(byte: number): string {
  return `byte 0x${hex(byte)} is not UTF-8; if the file is in another encoding, set it in reader_options, such as {"encoding": "windows-1252"}`;
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0');
}

/** The number of bytes at the end that begin an incomplete character. */
function cutCharacterLength(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte >= 0xc2 && byte <= 0xf4) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
    if ((byte & 0xc0) !== 0x80) return 0;
  }
  return 0;
}

/** The index of the first byte that is not UTF-8, in linear time. */
function firstFault(bytes: Buffer): number {
  let start = 0;
  // A line break byte is never part of another character.
  for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, start)) {
    if (!isUtf8(bytes.subarray(start, end))) break;
    start = end + 1;
  }
  for (;;) {
    const length = characterLength(bytes[start] ?? 0);
    if (length === 0 || !isUtf8(bytes.subarray(start, start + length))) return start;
    start += length;
  }
}

function characterLength(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;
  if (first < 0xe0) return 2;
  if (first < 0xf0) return 3;
  return first <= 0xf4 ? 4 : 0;
}

/** The characters of windows-1252 that differ from ISO 8859-1. */
const WINDOWS_1252: ReadonlyMap<string, string> = new Map(
  Array.from('€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ', (character, index) => [
    String.fromCharCode(0x80 + index),
    character,
  ]),
);

/** Decodes an encoding with one byte per character. */
class ByteDecoder implements Decoder {
  private readonly replaced: RegExp | null;
  private readonly unused: RegExp | null;

  constructor(
    private readonly differing: ReadonlyMap<string, string>,
    unused: string,
  ) {
    this.replaced = differing.size === 0 ? null : /[\u0080-\u009f]/g;
    this.unused = unused === '' ? null : new RegExp(`[${unused}]`);
  }

  push(piece: Buffer): Buffer | EncodingFault {
    const text = piece.toString('latin1');
    const fault = this.unused === null ? -1 : text.search(this.unused);
    if (fault < 0) return this.encode(text);
    return new EncodingFault(
      this.encode(text.slice(0, fault)),
      `byte 0x${hex(text.charCodeAt(fault))} is not of windows-1252`,
    );
  }

  private encode(text: string): Buffer {
    const characters =
      this.replaced === null
        ? text
        : text.replace(this.replaced, (character) => this.differing.get(character) ?? character);
    return Buffer.from(characters, 'utf8');
  }

  end(): null {
    return null;
  }
}

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

class Utf16Decoder implements Decoder {
  private rest = Buffer.alloc(0);
  private isBigEndian: boolean | null;

  constructor(encoding: 'utf-16' | 'utf-16-le' | 'utf-16-be') {
    this.isBigEndian = encoding === 'utf-16' ? null : encoding === 'utf-16-be';
  }

  push(piece: Buffer): Buffer | EncodingFault {
    const bytes = Buffer.concat([this.rest, piece]);
    if (bytes.length >= 2) this.isBigEndian ??= orderOf(bytes);
    if (this.isBigEndian === null) {
      this.rest = bytes;
      if (bytes.length < 2) return Buffer.alloc(0);
      return new EncodingFault(
        Buffer.alloc(0),
        'it has no byte order mark; set "utf-16-le" or "utf-16-be" in reader_options',
      );
    }
    const even = Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 2)));
    if (this.isBigEndian) even.swap16();
    let text = even.toString('utf16le');
    let kept = even.length;
    // The second half of a surrogate pair may be in the next chunk.
    if (/[\ud800-\udbff]$/.test(text)) {
      text = text.slice(0, -1);
      kept -= 2;
    }
    this.rest = Buffer.from(bytes.subarray(kept));
    const fault = text.search(LONE_SURROGATE);
    if (fault < 0) return Buffer.from(text, 'utf8');
    return new EncodingFault(
      Buffer.from(text.slice(0, fault), 'utf8'),
      'a lone half of a surrogate pair is not valid UTF-16',
    );
  }

  end(): EncodingFault | null {
    return this.rest.length === 0
      ? null
      : new EncodingFault(Buffer.alloc(0), 'the file ends within a UTF-16 character');
  }
}

function orderOf(bytes: Buffer): boolean | null {
  const mark = bytes.readUInt16BE(0);
  return mark === 0xfeff ? true : mark === 0xfffe ? false : null;
}
