import {
  CallTimeoutError,
  isProblem,
  NoAnswerError,
  ResponseTooLargeError,
  UnexpectedAnswerError,
} from './errors.js';

export interface Limits {
  /** Maximum number of retries. */
  readonly retries: number;
  /** Time limit of all attempts and pauses together. */
  readonly timeoutMs: number;
  /** Time limit of one attempt. */
  readonly attemptTimeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 10_000;
/** `setTimeout` fires at once if the delay exceeds a signed 32-bit integer. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Retries temporary failures. `send` must be safe to repeat: a read, an idempotent change, or a change with an
 * idempotency key.
 * @throws the last error, as soon as the pause before the next attempt would exceed the time limit
 */
export async function sendUntilAnswered<T>(
  send: (signal: AbortSignal, attempt: number) => Promise<T>,
  { retries, timeoutMs, attemptTimeoutMs, signal }: Limits,
): Promise<T> {
  const deadlineMs = performance.now() + timeoutMs;
  let last: Error | undefined;
  for (let attempt = 0; ; attempt += 1) {
    const leftMs = deadlineMs - performance.now();
    try {
      return await within(Math.min(leftMs, attemptTimeoutMs), signal, (stop) => send(stop, attempt + 1));
    } catch (error) {
      const isTimeout = error instanceof CallTimeoutError;
      // The error of an earlier attempt is more useful than the timeout.
      if (isTimeout && leftMs <= attemptTimeoutMs) throw last ?? new CallTimeoutError(timeoutMs);
      if (signal?.aborted || attempt >= retries || !(isTimeout || isPassing(error))) throw error;
      const durationMs = pauseMs(error, attempt);
      if (durationMs >= deadlineMs - performance.now()) throw error;
      last = error instanceof Error ? error : undefined;
      await pause(durationMs, signal);
    }
  }
}

/** Limits the duration of the work. Rejects at the limit even if the work ignores its signal. */
export function within<T>(
  durationMs: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  return new Promise((resolve, reject) => {
    const end = (reason: unknown): void => {
      stop.abort(reason);
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the abort reason of the caller
      reject(reason);
    };
    const aborted = (): void => {
      end(signal?.reason);
    };
    const timer = setTimeout(
      () => {
        end(new CallTimeoutError(durationMs));
      },
      Math.min(durationMs, MAX_TIMER_MS),
    );
    signal?.addEventListener('abort', aborted, { once: true });
    if (signal?.aborted) aborted();
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', aborted);
    };
    (stop.signal.aborted ? Promise.reject(stop.signal.reason as Error) : work(stop.signal))
      .then(resolve, reject)
      .finally(done);
  });
}

/** Returns true for temporary failures: no response, 408, 429, 502, 503, 504, or `request-in-progress`. */
export function isPassing(error: unknown): boolean {
  if (isProblem(error)) return isPassingStatus(error.problem.status) || error.code === 'request-in-progress';
  if (error instanceof UnexpectedAnswerError || error instanceof ResponseTooLargeError)
    return isPassingStatus(error.status);
  return error instanceof NoAnswerError;
}

function isPassingStatus(status: number): boolean {
  return [408, 429, 502, 503, 504].includes(status);
}

/** Returns `Retry-After` if present. Otherwise exponential backoff with jitter, so that clients do not retry together. */
export function pauseMs(error: unknown, attempt: number): number {
  const wanted = isProblem(error) || error instanceof UnexpectedAnswerError ? error.retryAfterMs : null;
  return wanted ?? Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt * (0.5 + Math.random()));
}

export function pause(durationMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(
      () => {
        signal?.removeEventListener('abort', stop);
        resolve();
      },
      Math.min(durationMs, MAX_TIMER_MS),
    );
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}
