const NEWLINE = 0x0a;

/** Cuts a stream of bytes into lines; an unended last line comes with {@link end}. */
export class LineSplitter {
  private rest: Buffer = Buffer.alloc(0);

  constructor(private readonly onLine: (line: Buffer) => void) {}

  push(chunk: Buffer): void {
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      if (end > start) this.onLine(bytes.subarray(start, end));
      start = end + 1;
    }
    this.rest = bytes.subarray(start);
  }

  end(): void {
    if (this.rest.length > 0) this.onLine(this.rest);
    this.rest = Buffer.alloc(0);
  }
}
