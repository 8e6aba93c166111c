const DAMAGED = 'a page is damaged: its LZ4 data is invalid';

/**
 * Decompresses one LZ4 block. hyparquet-compressors 1.1.2 fails for a block of literals only and for an empty block,
 * which is the dictionary of a column with only nulls.
 */
export function decompressLz4Raw(bytes: Uint8Array, length: number): Uint8Array {
  const output = new Uint8Array(length);
  if (readBlock(bytes, output) !== length) throw new Error(DAMAGED);
  return output;
}

/** The codec LZ4 is either one block, or Hadoop's frames: blocks with both lengths before each. */
export function decompressLz4(bytes: Uint8Array, length: number): Uint8Array {
  return readFramed(bytes, length) ?? decompressLz4Raw(bytes, length);
}

function readFramed(bytes: Uint8Array, length: number): Uint8Array | null {
  const output = new Uint8Array(length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let [at, written] = [0, 0];
  while (at < bytes.length) {
    if (at + 8 > bytes.length) return null;
    const [unpacked, packed] = [view.getUint32(at), view.getUint32(at + 4)];
    at += 8;
    if (at + packed > bytes.length || written + unpacked > length) return null;
    if (!isBlockOf(bytes.subarray(at, at + packed), output.subarray(written, written + unpacked)))
      return null;
    at += packed;
    written += unpacked;
  }
  return written === length ? output : null;
}

function isBlockOf(bytes: Uint8Array, output: Uint8Array): boolean {
  return readBlock(bytes, output) === output.length;
}

/** The number of decompressed bytes, or -1 for an invalid block. */
function readBlock(bytes: Uint8Array, output: Uint8Array): number {
  let [at, written] = [0, 0];
  const lengthOf = (first: number): number => {
    let length = first;
    if (first === 15)
      for (let byte = 255; byte === 255;) {
        byte = bytes[at++] ?? -1;
        if (byte < 0) return Infinity;
        length += byte;
      }
    return length;
  };
  while (at < bytes.length) {
    const token = bytes[at++] ?? 0;
    const literals = lengthOf(token >> 4);
    if (at + literals > bytes.length || written + literals > output.length) return -1;
    output.set(bytes.subarray(at, at + literals), written);
    at += literals;
    written += literals;
    // The last sequence contains only literals.
    if (at === bytes.length) return written;
    if (at + 2 > bytes.length) return -1;
    const distance = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
    at += 2;
    const match = lengthOf(token & 15) + 4;
    if (distance === 0 || distance > written || written + match > output.length) return -1;
    for (const end = written + match; written < end; written++)
      output[written] = output[written - distance] ?? 0;
  }
  return written;
}
