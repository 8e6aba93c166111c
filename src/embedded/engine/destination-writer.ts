import type { Writable } from 'node:stream';

/** Writes to the destination's input with back-pressure, and detects when it is closed. */
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

  /** Writes bytes. Returns false if the input is closed. Await it before the next write. */
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

  /** Ends the input after the bytes that were written so far. */
  endAndStop(): void {
    this.end();
    this.stopWriting();
  }

  /** Stops writing but leaves the input open, since its end would signal complete data. */
  stopWriting(): void {
    this.stopped = true;
    this.release();
  }

  private release(): void {
    this.wake?.();
    this.wake = null;
  }
}
