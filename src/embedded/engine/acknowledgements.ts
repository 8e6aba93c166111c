import type { Checkpoints } from './checkpoints';

/** Waits for the destination to acknowledge states. */
export class Acknowledgements {
  /** The protocol allows a destination to acknowledge all states at the end of its input. */
  private mode: 'awaited' | 'buffered' = 'awaited';
  private wake: (() => void) | null = null;

  constructor(
    private readonly checkpoints: Checkpoints,
    private readonly options: {
      /** Whether the destination may acknowledge its states at the end. */
      readonly mayBuffer: boolean;
      /** A destination without an acknowledgement for this time is assumed to buffer states. */
      readonly waitMs: number;
    },
  ) {}

  /**
   * Waits until every state is acknowledged, or until the destination is assumed to buffer its states.
   * @param isOver checked after every change: true ends the wait
   * @returns false if `isOver` ended the wait
   */
  async awaitAll(isOver: () => boolean): Promise<boolean> {
    const timer = setTimeout(() => {
      if (this.options.mayBuffer) this.mode = 'buffered';
      this.changed();
    }, this.options.waitMs);
    while (this.isWaiting() && !isOver()) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    clearTimeout(timer);
    return !this.isWaiting();
  }

  /** Checks the condition again after an acknowledgement or a failure. */
  changed(): void {
    this.wake?.();
    this.wake = null;
  }

  private isWaiting(): boolean {
    return this.checkpoints.unacknowledged > 0 && this.mode === 'awaited';
  }
}
