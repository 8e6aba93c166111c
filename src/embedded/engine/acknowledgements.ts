import type { Ledger } from './ledger';

/** Waits for the states that the destination has yet to give back. */
export class Acknowledgements {
  /** The protocol also allows a destination to give back its states at the end of its input. */
  private mode: 'awaited' | 'buffered' = 'awaited';
  private wake: (() => void) | null = null;

  constructor(
    private readonly ledger: Ledger,
    private readonly options: {
      /** Whether the destination may keep its states to the end. */
      readonly mayBuffer: boolean;
      /** A destination that gives back no state for so long is taken for one that buffers them. */
      readonly waitMs: number;
    },
  ) {}

  /**
   * Waits until every state is back, or until the destination turns out to buffer its states.
   * @param isOver checked after every change: true ends the wait
   * @returns whether the wait ended for another reason than `isOver`
   */
  async awaitAll(isOver: () => boolean): Promise<boolean> {
    const patience = setTimeout(() => {
      if (this.options.mayBuffer) this.mode = 'buffered';
      this.changed();
    }, this.options.waitMs);
    while (this.isWaiting() && !isOver()) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    clearTimeout(patience);
    return !this.isWaiting();
  }

  /** Makes the wait check its condition again: a state came back, or the attempt failed. */
  changed(): void {
    this.wake?.();
    this.wake = null;
  }

  private isWaiting(): boolean {
    return this.ledger.unacknowledged > 0 && this.mode === 'awaited';
  }
}
