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

  /** Ends the input behind what was written so far and lets go whoever waits. */
  abandon(): void {
    this.end();
    this.leave();
  }

  private leave(): void {
    this.gone = true;
    this.release();
  }

  private release(): void {
    this.wake?.();
    this.wake = null;
  }
}
