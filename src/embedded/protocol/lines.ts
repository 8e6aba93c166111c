const NEWLINE = 0x0a;

/** A line is longer than its reader can keep in memory. */
export class LineTooLongError extends Error {
  override readonly name = 'LineTooLongError';

  constructor(readonly maxBytes: number) {
    super(`A line has more than ${sizeOf(maxBytes)}.`);
  }
}

/** A number of bytes as a person reads it. */
export function sizeOf(bytes: number): string {
  return bytes >= 1024 * 1024 ? `${Math.floor(bytes / 1024 / 1024)} MiB` : `${bytes} bytes`;
}

/**
 * Bytes behind the last end of a line, which wait for theirs. They are joined once it is there: to join them with every
 * piece that comes would take time by the square of a line's length.
 */
export class PartialLine {
  private waiting: Buffer[] = [];
  private bytes = 0;

  constructor(private readonly maxBytes = Infinity) {}

  get length(): number {
    return this.bytes;
  }

  /**
   * The whole lines that a piece completes, with the end of the last, or null; the rest waits.
   * @throws LineTooLongError when more bytes would wait than allowed
   */
  push(piece: Buffer): Buffer | null {
    const end = piece.lastIndexOf(NEWLINE) + 1;
    const lines = end === 0 ? null : this.joined(piece.subarray(0, end));
    if (end < piece.length) this.waiting.push(piece.subarray(end));
    this.bytes += piece.length - end;
    if (this.bytes > this.maxBytes) throw new LineTooLongError(this.maxBytes);
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

/** How long a line may be, and what is done with the beginning of a longer one; the rest of it is dropped. */
export interface LineLimit {
  readonly maxBytes: number;
  readonly onTooLong: (beginning: Buffer) => void;
}

/** Cuts a stream of bytes into lines; an unended last line comes with {@link end}. */
export class LineSplitter {
  private waiting: Buffer[] = [];
  private bytes = 0;
  private dropping = false;

  constructor(
    private readonly onLine: (line: Buffer) => void,
    private readonly limit: LineLimit,
  ) {}

  push(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.add(chunk.subarray(start, end));
      this.finishLine();
      start = end + 1;
    }
    this.add(chunk.subarray(start));
  }

  end(): void {
    this.finishLine();
  }

  private add(piece: Buffer): void {
    if (piece.length === 0 || this.dropping) return;
    this.waiting.push(piece);
    this.bytes += piece.length;
    if (this.bytes <= this.limit.maxBytes) return;
    this.dropping = true;
    this.limit.onTooLong(this.take().subarray(0, this.limit.maxBytes));
  }

  private finishLine(): void {
    this.dropping = false;
    if (this.bytes > 0) this.onLine(this.take());
  }

  private take(): Buffer {
    const [only, ...others] = this.waiting;
    const line = only !== undefined && others.length === 0 ? only : Buffer.concat(this.waiting);
    this.waiting = [];
    this.bytes = 0;
    return line;
  }
}
