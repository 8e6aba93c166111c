import type { Writable } from 'node:stream';
import type { JsonObject } from '../platform/json';

const FLUSH_CHARS = 128 * 1024;

/**
 * Writes messages to standard output in large chunks, with back-pressure. Lines are latin1 strings, one character per byte:
 * see README.md.
 */
export class MessageWriter {
  private waiting = '';

  constructor(private readonly output: Writable) {}

  /** Adds one line of bytes. If it returns true, {@link flush} must be awaited before the next line. */
  line(bytes: string): boolean {
    this.waiting += bytes;
    this.waiting += '\n';
    return this.waiting.length >= FLUSH_CHARS;
  }

  /** Writes a message and flushes. */
  async message(message: JsonObject): Promise<void> {
    this.line(toBytes(JSON.stringify(message)));
    await this.flush();
  }

  async flush(): Promise<void> {
    if (this.waiting === '') return;
    const bytes = Buffer.from(this.waiting, 'latin1');
    this.waiting = '';
    // Waiting for the callback bounds the memory when the reader is slow.
    await new Promise<void>((resolve, reject) => {
      this.output.write(bytes, (error) => {
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
