import { bitsAt } from './hybrid';
import type { PageBytes } from './page-bytes';

interface Miniblock {
  readonly smallest: bigint;
  readonly width: number;
  readonly bytes: Uint8Array;
  readonly count: number;
}

/** Yields the first number, then the differences between numbers, block by block. */
function* readBlocks(bytes: PageBytes, count: number): Generator<bigint | Miniblock> {
  const [blockSize, miniblocks, total] = [bytes.count(), bytes.count(), bytes.count()];
  const first = bytes.zigzag();
  const size = blockSize / miniblocks;
  if (!Number.isInteger(size) || size === 0 || size % 8 !== 0 || miniblocks > 65_536)
    throw new Error('a page is damaged: its blocks have an impossible size');
  if (total !== count) throw new Error('a page is damaged: its number of values differs from its header');
  if (count === 0) return;
  yield first;
  for (let left = count - 1; left > 0;) {
    const smallest = bytes.zigzag();
    for (const width of bytes.take(miniblocks)) {
      // Miniblocks without a value have no bytes.
      if (left === 0) break;
      if (width > 64) throw new Error('a page is damaged: a difference has more than 64 bits');
      const values = Math.min(size, left);
      const needed = Math.ceil((values * width) / 8);
      const written = Math.max(needed, Math.min((size * width) / 8, bytes.left));
      yield { smallest, width, bytes: bytes.take(written), count: values };
      left -= values;
    }
  }
}

/** 32-bit numbers. Sums wrap around, as in the writers. */
export function readDelta32(bytes: PageBytes, count: number): Int32Array {
  const numbers = new Int32Array(count);
  let [at, value] = [0, 0];
  for (const block of readBlocks(bytes, count)) {
    if (typeof block === 'bigint') {
      value = Number(BigInt.asIntN(32, block));
      numbers[at++] = value;
      continue;
    }
    const smallest = Number(BigInt.asIntN(32, block.smallest));
    // Only the lower 32 bits of wider differences matter.
    const width = Math.min(block.width, 32);
    for (let index = 0; index < block.count; index++) {
      value = (value + smallest + bitsAt(block.bytes, index * block.width, width)) | 0;
      numbers[at++] = value;
    }
  }
  return numbers;
}

export function readDelta64(bytes: PageBytes, count: number): BigInt64Array {
  const numbers = new BigInt64Array(count);
  let [at, value] = [0, 0n];
  for (const block of readBlocks(bytes, count)) {
    if (typeof block === 'bigint') {
      value = block;
      numbers[at++] = value;
      continue;
    }
    const { smallest, width } = block;
    const low = Math.min(width, 32);
    for (let index = 0; index < block.count; index++) {
      const bit = index * width;
      let difference = BigInt(bitsAt(block.bytes, bit, low));
      if (width > 32) difference |= BigInt(bitsAt(block.bytes, bit + 32, width - 32)) << 32n;
      value = BigInt.asIntN(64, value + smallest + difference);
      numbers[at++] = value;
    }
  }
  return numbers;
}

export function readDeltaLengths(bytes: PageBytes, count: number): Uint8Array[] {
  const lengths = readDelta32(bytes, count);
  return Array.from(lengths, (length) => bytes.take(length));
}

/** Each value shares a prefix with the previous one. */
export function readDeltaTexts(bytes: PageBytes, count: number): Uint8Array[] {
  const shared = readDelta32(bytes, count);
  const ends = readDeltaLengths(bytes, count);
  let before: Uint8Array = new Uint8Array(0);
  return ends.map((end, index) => {
    const length = shared[index] ?? 0;
    if (length < 0 || length > before.length)
      throw new Error('a page is damaged: a shared prefix is longer than the previous value');
    const value = new Uint8Array(length + end.length);
    value.set(before.subarray(0, length));
    value.set(end, length);
    before = value;
    return value;
  });
}
