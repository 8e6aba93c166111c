import fc from 'fast-check';
import { decoderOf, EncodingFault, encodingOf, type Encoding } from './encoding';

/** The text, or its valid part and the reason of the fault. */
function decode(encoding: Encoding, bytes: Buffer, pieceLength = bytes.length): string | [string, string] {
  const decoder = decoderOf(encoding);
  const parts: Buffer[] = [];
  const text = (): string => Buffer.concat(parts).toString('utf8');
  for (let at = 0; at < bytes.length; at += pieceLength) {
    const decoded = decoder.push(bytes.subarray(at, at + pieceLength));
    parts.push(decoded instanceof EncodingFault ? decoded.sound : decoded);
    if (decoded instanceof EncodingFault) return [text(), decoded.reason];
  }
  const cut = decoder.end();
  return cut === null ? text() : [text(), cut.reason];
}

const swapped = (bytes: Buffer): Buffer => Buffer.from(bytes).swap16();

describe('a file in an encoding', () => {
  it.each<[Encoding, Buffer, string]>([
    ['utf-8', Buffer.from('\ufeffé漢😀'), 'é漢😀'],
    ['iso-8859-1', Buffer.from([0x41, 0xe9, 0x80]), 'Aé\u0080'],
    ['windows-1252', Buffer.from([0x80, 0x9f, 0xe9]), '€Ÿé'],
    ['utf-16', Buffer.from('\ufeffé😀', 'utf16le'), 'é😀'],
    ['utf-16', swapped(Buffer.from('\ufeffé😀', 'utf16le')), 'é😀'],
    ['utf-16-le', Buffer.from('é😀', 'utf16le'), 'é😀'],
    ['utf-16-be', swapped(Buffer.from('é😀', 'utf16le')), 'é😀'],
  ])('%s is read with any division into chunks', (encoding, bytes, text) => {
    for (const length of [1, 2, 3, bytes.length]) expect(decode(encoding, bytes, length)).toBe(text);
  });

  it.each<[Encoding, number[], string, string]>([
    ['utf-8', [0x61, 0x0a, 0x62, 0xe9, 0x0a], 'a\nb', 'byte 0xE9 is not UTF-8'],
    ['utf-8', [0x61, 0xed, 0xa0, 0x80], 'a', 'byte 0xED is not UTF-8'],
    ['utf-8', [0x61, 0xc0, 0x80], 'a', 'byte 0xC0 is not UTF-8'],
    ['utf-8', [0x61, 0xf0, 0x9f], 'a', 'byte 0xF0 is not UTF-8'],
    ['windows-1252', [0x61, 0x81], 'a', 'byte 0x81 is not of windows-1252'],
    ['utf-16', [0x61, 0x00], '', 'no byte order mark'],
    ['utf-16-le', [0x61, 0x00, 0x00, 0xd8, 0x62, 0x00], 'a', 'half of a surrogate pair'],
    ['utf-16-le', [0x61, 0x00, 0x00, 0xd8], 'a', 'ends within a UTF-16 character'],
    ['utf-16-le', [0x61, 0x00, 0x62], 'a', 'ends within a UTF-16 character'],
  ])('%s refuses %j and keeps the text before it', (encoding, bytes, sound, reason) => {
    for (const length of [1, 2, 9])
      expect(decode(encoding, Buffer.from(bytes), length)).toEqual([sound, expect.stringContaining(reason)]);
  });

  it.each([
    ['little', Buffer.from('\ufeffa', 'utf16le')],
    ['big', swapped(Buffer.from('\ufeffa', 'utf16le'))],
  ])('names UTF-16 for a file with its %s-endian byte order mark', (_order, bytes) => {
    expect(decode('utf-8', bytes)).toEqual(['', expect.stringContaining('{"encoding": "utf-16"}')]);
  });

  it('finds the first invalid byte of UTF-8 at any position', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        fc.integer({ min: 1, max: 5 }),
        (a, b, length) => {
          const before = a.replaceAll('\ufeff', '');
          const bytes = Buffer.concat([Buffer.from(before), Buffer.from([0xff]), Buffer.from(b)]);
          expect(decode('utf-8', bytes, length)).toEqual([before, expect.stringContaining('0xFF')]);
        },
      ),
    );
  });

  it.each([
    ['UTF8', 'utf-8'],
    ['latin-1', 'iso-8859-1'],
    ['ISO_8859-1', 'iso-8859-1'],
    ['cp1252', 'windows-1252'],
    ['UTF-16', 'utf-16'],
    ['shift_jis', null],
  ])('is named %s', (name, encoding) => {
    expect(encodingOf(name)).toBe(encoding);
  });
});
