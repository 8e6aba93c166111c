import type { Clock } from '../../../lib/clock';

/** How a call ended. */
export type Ending<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

/** A call whose answer may take minutes. Nothing that it ends in is lost: every ending is a value. */
export class PendingAnswer<T> {
  private readonly ended: Promise<Ending<T>>;

  constructor(
    answer: Promise<T>,
    private readonly clock: Pick<Clock, 'wait'>,
  ) {
    this.ended = answer.then(
      (value) => ({ ok: true, value }),
      (error: unknown) => ({ ok: false, error }),
    );
  }

  /** Resolves when the call has ended. */
  get ending(): Promise<Ending<T>> {
    return this.ended;
  }

  /** @returns the ending, or null when `pauseMs` have passed or the signal aborts before it */
  async within(pauseMs: number, signal?: AbortSignal): Promise<Ending<T> | null> {
    const over = new AbortController();
    const signals = signal ? [signal, over.signal] : [over.signal];
    const pause = this.clock.wait(pauseMs, AbortSignal.any(signals)).then(() => null);
    try {
      return await Promise.race([this.ended, pause]);
    } finally {
      over.abort();
    }
  }

  /** @returns the ending, or null when the other promise resolves before it */
  async orBefore(other: Promise<unknown>): Promise<Ending<T> | null> {
    return Promise.race([this.ended, other.then(() => null)]);
  }
}
