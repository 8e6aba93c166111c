import type { Clock } from '../../../lib/clock';

/** How a call ended. */
export type CallResult<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

/** A call whose answer may take minutes. Nothing that it ends in is lost: every ending is a value. */
export class PendingCall<T> {
  private readonly ended: Promise<CallResult<T>>;

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
  get result(): Promise<CallResult<T>> {
    return this.ended;
  }

  /** @returns the ending, or null when `pauseMs` have passed or the signal aborts before it */
  async waitFor(pauseMs: number, signal?: AbortSignal): Promise<CallResult<T> | null> {
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
  async resultBefore(other: Promise<unknown>): Promise<CallResult<T> | null> {
    return Promise.race([this.ended, other.then(() => null)]);
  }
}
