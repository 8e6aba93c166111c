import type { Writable } from 'node:stream';

/** The destination's input: waits when it is slower than the source, and knows when it went away. */
export class DestinationWriter {
  private gone = false;
  private wake: (() => void) | null = null;

  constructor(private readonly input: Writable) {
    input.on('drain', () => {
      this.release();
    });
    input.on('error', () => {
      this.leave();
    });
    input.on('close', () => {
      this.leave();
    });
  }

  /** Writes bytes; false when nobody reads them any more. Wait for it before writing again. */
  async write(bytes: Buffer | string): Promise<boolean> {
    if (this.gone) return false;
    if (!this.input.write(bytes)) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        if (this.gone) resolve();
      });
    }
    return !this.gone;
  }

  end(): void {
    if (!this.gone) this.input.end();
  }

  /** Ends the input behind the bytes that were written so far and writes no more. */
  abandon(): void {
    this.end();
    this.leave();
  }

  /** Writes no more and leaves the input open: its end would mean that the data is whole. */
  leave(): void {
    this.gone = true;
    this.release();
  }

  private release(): void {
    this.wake?.();
    this.wake = null;
  }
}
