import type { Writable } from 'node:stream';
import type { JsonObject } from '../platform/json';

const FLUSH_CHARS = 128 * 1024;

/**
 * Writes messages to standard output in large pieces and waits when the reader is slower. Lines are kept as one
 * character per byte (Node's `latin1`): bytes that were read as such pass through unchanged and uncoded.
 */
export class MessageWriter {
  private waiting = '';

  constructor(private readonly output: Writable) {}

  /** Adds one line of bytes; true means that {@link flush} must be awaited before more is added. */
  line(bytes: string): boolean {
    this.waiting += bytes;
    this.waiting += '\n';
    return this.waiting.length >= FLUSH_CHARS;
  }

  /** Writes a message and everything before it. */
  async message(message: JsonObject): Promise<void> {
    this.line(toBytes(JSON.stringify(message)));
    await this.flush();
  }

  async flush(): Promise<void> {
    if (this.waiting === '') return;
    const bytes = Buffer.from(this.waiting, 'latin1');
    this.waiting = '';
    // The callback comes once the bytes have left this process, so memory stays flat whatever the reader does.
    await new Promise<void>((resolve, reject) => {
      this.output.write(bytes, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }
}

/** A text as one character per byte of its UTF-8. */
export function toBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** The text that was spelt as one character per byte of its UTF-8. */
export function fromBytes(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
