const FIRST_BYTES = 64 * 1024;
const MAX_KEPT_BYTES = 4 * 1024 * 1024;
/** From this number of characters on, copying in native code is faster than a loop. */
const LONG = 24;
const BACKSLASH = 0x5c;

/** Collects texts as bytes. The texts are one character per byte. */
export class ByteText {
  private buffer = Buffer.allocUnsafe(FIRST_BYTES);
  private used = 0;

  get length(): number {
    return this.used;
  }

  /** The bytes so far. Later texts overwrite them after {@link clear}. */
  get bytes(): Buffer {
    return this.buffer.subarray(0, this.used);
  }

  /** Everything from a number of bytes on, one character per byte. */
  textFrom(start: number): string {
    return this.buffer.toString('latin1', start, this.used);
  }

  /** Adds a text or a part of it. */
  add(text: string, start = 0, end = text.length): void {
    this.reserve(end - start);
    const { buffer } = this;
    if (end - start > LONG) {
      this.used += buffer.write(text.slice(start, end), this.used, 'latin1');
      return;
    }
    let at = this.used;
    for (let from = start; from < end; from++) buffer[at++] = text.charCodeAt(from);
    this.used = at;
  }

  /** Adds the inner part of a JSON string. Adds nothing and returns false if it has escapes. */
  addUnescaped(text: string, start: number, end: number): boolean {
    if (end - start > LONG) {
      const part = text.slice(start, end);
      if (part.includes('\\')) return false;
      this.add(part);
      return true;
    }
    this.reserve(end - start);
    const { buffer } = this;
    let at = this.used;
    for (let from = start; from < end; from++) {
      const code = text.charCodeAt(from);
      if (code === BACKSLASH) return false;
      buffer[at++] = code;
    }
    this.used = at;
    return true;
  }

  /** Adds bytes, which is fastest for texts that are added often. */
  addBytes(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.used);
    this.used += bytes.length;
  }

  /** Removes everything after a number of bytes. */
  cut(length: number): void {
    this.used = length;
  }

  /** Removes everything. Keeps the memory unless it is large. */
  clear(): void {
    this.used = 0;
    if (this.buffer.length > MAX_KEPT_BYTES) this.buffer = Buffer.allocUnsafe(FIRST_BYTES);
  }

  private reserve(more: number): void {
    if (this.used + more <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.buffer.length, this.used + more));
    this.buffer.copy(larger, 0, 0, this.used);
    this.buffer = larger;
  }
}
