/** So many zeros fastparquet 2024.5.0 writes behind texts. */
const PADDING_BYTES = 8;

/** Reads the bytes of a page one after the other, and never beyond their end. */
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

  /** The next bytes, not copied. */
  take(length: number): Uint8Array {
    const start = this.advance(length);
    return this.bytes.subarray(start, start + length);
  }

  /** The next bytes as a page of their own. */
  part(length: number): PageBytes {
    const start = this.advance(length);
    return new PageBytes(this.bytes, start, start + length);
  }

  /** A whole number of up to 64 bits, seven in each byte. */
  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new Error('a page is damaged: a number has more than 64 bits');
  }

  /** A count that a page may have. */
  count(): number {
    return Number(this.varint());
  }

  zigzag(): bigint {
    const value = this.varint();
    return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
  }

  /** @throws Error when bytes are left over: they are values that were not counted, or the begin of another page */
  refuseRest(): void {
    const rest = this.bytes.subarray(this.at, this.end);
    if (rest.length > PADDING_BYTES || rest.some((byte) => byte !== 0))
      throw new Error('a page is damaged: it has more bytes than its values');
  }

  private advance(length: number): number {
    if (!(length >= 0 && length <= this.left))
      throw new Error('a page is damaged: its values go on behind its end');
    const start = this.at;
    this.at += length;
    return start;
  }
}
