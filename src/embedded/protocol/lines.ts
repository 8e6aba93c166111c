const NEWLINE = 0x0a;

/**
 * Bytes behind the last end of a line, which wait for theirs. They are joined once it is there: to join them with every
 * piece that comes would take time by the square of a line's length.
 */
export class UnendedLine {
  private waiting: Buffer[] = [];
  private bytes = 0;

  get length(): number {
    return this.bytes;
  }

  /** The whole lines that a piece completes, with the end of the last, or null; what follows waits. */
  push(piece: Buffer): Buffer | null {
    const end = piece.lastIndexOf(NEWLINE) + 1;
    const lines = end === 0 ? null : this.joined(piece.subarray(0, end));
    if (end < piece.length) this.waiting.push(piece.subarray(end));
    this.bytes += piece.length - end;
    return lines;
  }

  /** What waits; nothing does any more. */
  take(): Buffer {
    return this.joined(null);
  }

  private joined(last: Buffer | null): Buffer {
    const { waiting } = this;
    if (last !== null && waiting.length === 0) return last;
    this.waiting = [];
    this.bytes = 0;
    return Buffer.concat(last === null ? waiting : [...waiting, last]);
  }
}

/** Cuts a stream of bytes into lines; an unended last line comes with {@link end}. */
export class LineSplitter {
  private readonly rest = new UnendedLine();

  constructor(private readonly onLine: (line: Buffer) => void) {}

  push(chunk: Buffer): void {
    const bytes = this.rest.push(chunk);
    if (bytes === null) return;
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      if (end > start) this.onLine(bytes.subarray(start, end));
      start = end + 1;
    }
  }

  end(): void {
    if (this.rest.length > 0) this.onLine(this.rest.take());
  }
}
