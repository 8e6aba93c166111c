/** fastparquet 2024.5.0 writes this many zeros after texts. */
const PADDING_BYTES = 8;

/** Reads the bytes of a page sequentially, with bounds checks. */
export class PageBytes {
  private readonly view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    private at = 0,
    readonly end = bytes.length,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.end - this.at;
  }

  byte(): number {
    return this.view.getUint8(this.advance(1));
  }

  uint32(): number {
    return this.view.getUint32(this.advance(4), true);
  }

  /** The next bytes, without a copy. */
  take(length: number): Uint8Array {
    const start = this.advance(length);
    return this.bytes.subarray(start, start + length);
  }

  /** The next bytes as a page of their own. */
  part(length: number): PageBytes {
    const start = this.advance(length);
    return new PageBytes(this.bytes, start, start + length);
  }

  /** An integer of up to 64 bits, with seven bits in each byte. */
  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new Error('a page is damaged: a number has more than 64 bits');
  }

  /** A count within the limits of a page. */
  count(): number {
    return Number(this.varint());
  }

  zigzag(): bigint {
    const value = this.varint();
    return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
  }

  /** @throws Error if bytes remain, which are uncounted values or the start of another page */
  refuseRest(): void {
    const rest = this.bytes.subarray(this.at, this.end);
    if (rest.length > PADDING_BYTES || rest.some((byte) => byte !== 0))
      throw new Error('a page is damaged: it has more bytes than its values');
  }

  private advance(length: number): number {
    if (!(length >= 0 && length <= this.left))
      throw new Error('a page is damaged: its values extend beyond its end');
    const start = this.at;
    this.at += length;
    return start;
  }
}
