import type { Writable } from 'node:stream';
import type { JsonObject } from '../json';

const FLUSH_CHARS = 64 * 1024;

/** Writes messages to standard output in large pieces and waits when the reader is slower. */
export class MessageWriter {
  private waiting = '';

  constructor(private readonly output: Writable) {}

  /** Adds one line; true means that {@link flush} must be awaited before more is added. */
  line(text: string): boolean {
    this.waiting += text;
    this.waiting += '\n';
    return this.waiting.length >= FLUSH_CHARS;
  }

  /** Writes a message and everything before it. */
  async message(message: JsonObject): Promise<void> {
    this.line(JSON.stringify(message));
    await this.flush();
  }

  async flush(): Promise<void> {
    if (this.waiting === '') return;
    const text = this.waiting;
    this.waiting = '';
    // The callback comes once the bytes have left this process, so memory stays flat whatever the reader does.
    await new Promise<void>((resolve, reject) => {
      this.output.write(text, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }
}
