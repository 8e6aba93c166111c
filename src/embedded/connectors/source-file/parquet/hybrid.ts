import type { PageBytes } from './page-bytes';

/**
 * Decodes Parquet's hybrid of run lengths and bit packing, used for levels and dictionary indexes. hyparquet 1.33.0 reads
 * beyond the end of such data (encoding.js), so it would return values for a damaged page.
 */
export function readHybrid(bytes: PageBytes, width: number, count: number): Int32Array {
  if (width > 32) throw new Error('a page is damaged: its numbers have more than 32 bits');
  const numbers = new Int32Array(count);
  for (let at = 0; at < count;) {
    const header = bytes.count();
    const length = Math.floor(header / 2);
    if (header % 2 === 1) {
      at += readPacked(bytes, width, length * 8, numbers.subarray(at));
      continue;
    }
    const value = littleEndian(bytes.take(Math.ceil(width / 8)));
    if (value >= 2 ** width) throw new Error('a page is damaged: a number has more bits than it may');
    numbers.fill(value, at, Math.min(at + length, count));
    at += length;
  }
  return numbers;
}

function littleEndian(bytes: Uint8Array): number {
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
}

/** Writers may omit unused bytes of the last group. */
function readPacked(bytes: PageBytes, width: number, written: number, numbers: Int32Array): number {
  const count = Math.min(written, numbers.length);
  const needed = Math.ceil((count * width) / 8);
  const packed = bytes.take(Math.max(needed, Math.min((written / 8) * width, bytes.left)));
  for (let index = 0; index < count; index++) numbers[index] = bitsAt(packed, index * width, width);
  return count;
}

/** Up to 32 bits from a bit index on, least significant bit first. */
export function bitsAt(bytes: Uint8Array, bit: number, width: number): number {
  const [at, shift] = [Math.floor(bit / 8), bit % 8];
  const low = byteAt(bytes, at) | (byteAt(bytes, at + 1) << 8) | (byteAt(bytes, at + 2) << 16);
  if (shift + width <= 24) return (low >>> shift) & ((1 << width) - 1);
  const all = low + byteAt(bytes, at + 3) * 2 ** 24 + byteAt(bytes, at + 4) * 2 ** 32;
  return Math.floor(all / 2 ** shift) % 2 ** width;
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

/** Levels of the deprecated BIT_PACKED encoding: most significant bit first. */
export function readOldPacked(bytes: PageBytes, width: number, count: number): Int32Array {
  const packed = bytes.take(Math.ceil((count * width) / 8));
  return Int32Array.from({ length: count }, (_, index) => {
    let value = 0;
    for (let bit = index * width; bit < (index + 1) * width; bit++)
      value = value * 2 + ((byteAt(packed, bit >> 3) >> (7 - (bit & 7))) & 1);
    return value;
  });
}
