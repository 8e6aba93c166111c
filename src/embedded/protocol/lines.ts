import type { Readable } from 'node:stream';

const NEWLINE = 0x0a;

/** A line exceeds the limit of its reader. */
export class LineTooLongError extends Error {
  override readonly name = 'LineTooLongError';

  constructor(readonly maxBytes: number) {
    super(`A line has more than ${sizeOf(maxBytes)}.`);
  }
}

/** A number of bytes for a message. */
export function sizeOf(bytes: number): string {
  return bytes >= 1024 * 1024 ? `${Math.floor(bytes / 1024 / 1024)} MiB` : `${bytes} bytes`;
}

/**
 * Buffers the bytes after the last newline. They are joined once, when the line ends: joining them with every chunk would take
 * quadratic time.
 */
export class PartialLine {
  private waiting: Buffer[] = [];
  private bytes = 0;

  constructor(private readonly maxBytes = Infinity) {}

  get length(): number {
    return this.bytes;
  }

  /**
   * The complete lines including their newlines, or null. The rest is buffered.
   * @throws LineTooLongError if the rest exceeds the limit
   */
  push(piece: Buffer): Buffer | null {
    const end = piece.lastIndexOf(NEWLINE) + 1;
    const lines = end === 0 ? null : this.joined(piece.subarray(0, end));
    if (end < piece.length) this.waiting.push(piece.subarray(end));
    this.bytes += piece.length - end;
    if (this.bytes > this.maxBytes) throw new LineTooLongError(this.maxBytes);
    return lines;
  }

  /** Returns the buffered bytes and clears the buffer. */
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

/** The maximum length of a line. The handler receives the beginning of a longer line; the rest is dropped. */
export interface LineLimit {
  readonly maxBytes: number;
  readonly onTooLong: (beginning: Buffer) => void;
}

/** Splits a stream of bytes into lines. {@link end} emits a last line without a newline. */
export class LineSplitter {
  private waiting: Buffer[] = [];
  private bytes = 0;
  private dropping = false;

  constructor(
    private readonly onLine: (line: Buffer) => void,
    private readonly limit: LineLimit,
  ) {}

  /** Splits what a stream gives until its end. */
  follow(stream: Readable): void {
    stream.on('data', (chunk: Buffer) => {
      this.push(chunk);
    });
    stream.on('end', () => {
      this.end();
    });
  }

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
