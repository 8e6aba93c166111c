import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Some syncs did not reach a checkpoint in time, so nothing was done. */
export class StandstillError extends Error {
  override readonly name = 'StandstillError';
}

/** An attempt that can be held at a checkpoint. */
export interface Holdable {
  readonly connectionId: string;
  /** True while everything that the destination has stored is covered by stored states, and nothing more is sent to it. */
  rests: boolean;
}

/**
 * Holds all running attempts at checkpoints while something is done that needs destinations and states to agree, such as a
 * backup. Sources then wait, because nobody reads their output.
 */
export class Standstill {
  private readonly attempts = new Set<Holdable>();
  private request: { readonly released: Promise<void>; isLate: boolean } | null = null;
  private wake: (() => void) | null = null;

  get isRequested(): boolean {
    return this.request !== null;
  }

  /** Adds an attempt that begins. Waits first if a standstill is requested. */
  async join(connectionId: string, signal: AbortSignal): Promise<Holdable> {
    await this.passed(signal);
    const attempt = { connectionId, rests: false };
    this.attempts.add(attempt);
    return attempt;
  }

  leave(attempt: Holdable): void {
    this.attempts.delete(attempt);
    this.changed();
  }

  /** Checks again whether all attempts rest. */
  changed(): void {
    this.wake?.();
    this.wake = null;
  }

  /** Waits for the end of a standstill, or for a cancellation. */
  async passed(signal: AbortSignal): Promise<void> {
    while (this.request !== null && !signal.aborted) {
      const listening = new AbortController();
      const aborted = once(signal, 'abort', { signal: listening.signal }).catch(() => undefined);
      await Promise.race([this.request.released, aborted]);
      listening.abort();
    }
  }

  /**
   * Waits until all attempts rest, and does the work meanwhile.
   * @throws StandstillError if there is another standstill, or an attempt has no checkpoint within `limitMs`
   */
  async hold<T>(limitMs: number, work: () => Promise<T>): Promise<T> {
    if (this.request !== null) throw new StandstillError('Another backup is in progress. Wait for its end.');
    let release: () => void = () => undefined;
    const request = { released: new Promise<void>((resolve) => (release = resolve)), isLate: false };
    this.request = request;
    const timer = setTimeout(() => {
      request.isLate = true;
      this.changed();
    }, limitMs);
    try {
      await this.allRest(request, limitMs);
      return await work();
    } finally {
      clearTimeout(timer);
      this.request = null;
      release();
    }
  }

  private async allRest(request: { readonly isLate: boolean }, limitMs: number): Promise<void> {
    // The result of an attempt is stored in the turn after its end.
    await nextTurn();
    for (;;) {
      const moving = [...this.attempts].filter(({ rests }) => !rests);
      if (moving.length === 0) return;
      if (request.isLate) throw lateError(moving, limitMs);
      await new Promise<void>((resolve) => (this.wake = resolve));
      await nextTurn();
    }
  }
}

function lateError(moving: readonly Holdable[], limitMs: number): StandstillError {
  const connections = moving.map(({ connectionId }) => connectionId).join(', ');
  return new StandstillError(
    `The syncs of these connections reached no checkpoint within ${limitMs / 1000} s: ${connections}. Wait for their end, or cancel them.`,
  );
}
