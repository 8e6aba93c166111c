import type { Clock } from '../../../lib/clock';

/** Result of a call. */
export type CallResult<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

/** A call whose response may take minutes. Errors are values, so no rejection is lost. */
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

  /** Resolves when the call ends. */
  get result(): Promise<CallResult<T>> {
    return this.ended;
  }

  /** @returns the result, or null if `pauseMs` pass or the signal aborts first */
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

  /** @returns the result, or null if the other promise resolves first */
  async resultBefore(other: Promise<unknown>): Promise<CallResult<T> | null> {
    return Promise.race([this.ended, other.then(() => null)]);
  }
}
