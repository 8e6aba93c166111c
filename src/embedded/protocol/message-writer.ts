import type { Writable } from 'node:stream';
import type { JsonObject } from '../platform/json';
import { ByteText } from './byte-text';

const FLUSH_BYTES = 128 * 1024;

/**
 * Writes messages to standard output in large chunks, with back-pressure. Lines are latin1 strings, one character per byte:
 * see README.md.
 */
export class MessageWriter {
  private waiting = new ByteText();
  /** The bytes of complete lines. */
  private complete = 0;

  constructor(private readonly output: Writable) {}

  /** The lines that wait. A line may be added in parts here, and ends with {@link endLine}. */
  get text(): ByteText {
    return this.waiting;
  }

  /** Whether {@link flush} must be awaited before the next line. */
  get isFull(): boolean {
    return this.complete >= FLUSH_BYTES;
  }

  /** Adds one line of bytes. If it returns true, {@link flush} must be awaited before the next line. */
  line(bytes: string): boolean {
    this.waiting.add(bytes);
    this.endLine();
    return this.isFull;
  }

  endLine(): void {
    this.waiting.add('\n');
    this.complete = this.waiting.length;
  }

  /** Removes what was added since the end of the last line. */
  dropLine(): void {
    this.waiting.cut(this.complete);
  }

  /** Writes a message and flushes. Drops a line that has not ended. */
  async message(message: JsonObject): Promise<void> {
    this.dropLine();
    this.line(toBytes(JSON.stringify(message)));
    await this.flush();
  }

  async flush(): Promise<void> {
    const written = this.waiting;
    if (written.length === 0) return;
    // The output may still hold the bytes that were written, so they are not overwritten.
    this.waiting = new ByteText();
    this.complete = 0;
    // Waiting for the callback bounds the memory when the reader is slow.
    await new Promise<void>((resolve, reject) => {
      this.output.write(written.bytes, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }
}

/** Encodes a text as UTF-8, one character per byte. */
export function toBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** Decodes UTF-8 from one character per byte. */
export function fromBytes(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
