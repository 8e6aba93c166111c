import type { Writable } from 'node:stream';

/** The destination's input: waits when it is slower than the source, and knows when it went away. */
export class DestinationWriter {
  private stopped = false;
  private wake: (() => void) | null = null;

  constructor(private readonly input: Writable) {
    input.on('drain', () => {
      this.release();
    });
    input.on('error', () => {
      this.stopWriting();
    });
    input.on('close', () => {
      this.stopWriting();
    });
  }

  /** Writes bytes; false when nobody reads them any more. Wait for it before writing again. */
  async write(bytes: Buffer | string): Promise<boolean> {
    if (this.stopped) return false;
    if (!this.input.write(bytes)) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        if (this.stopped) resolve();
      });
    }
    return !this.stopped;
  }

  end(): void {
    if (!this.stopped) this.input.end();
  }

  /** Ends the input behind the bytes that were written so far and writes no more. */
  endAndStop(): void {
    this.end();
    this.stopWriting();
  }

  /** Writes no more and leaves the input open: its end would mean that the data is whole. */
  stopWriting(): void {
    this.stopped = true;
    this.release();
  }

  private release(): void {
    this.wake?.();
    this.wake = null;
  }
}
