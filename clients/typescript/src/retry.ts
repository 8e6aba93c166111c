import { errorOf, isProblem } from './problem.js';

/** What a call of openapi-fetch gives. */
export interface Answer<T> {
  readonly data?: T | undefined;
  readonly error?: unknown;
  readonly response: Response;
}

const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 10_000;

/**
 * Sends until there is an answer that counts, `retries` times more at most. `send` has to be one that may be repeated:
 * a read, a change with an idempotency key, or one that says the same twice.
 */
export async function sendUntilAnswered<T>(
  send: () => Promise<Answer<T>>,
  retries: number,
  signal?: AbortSignal,
): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const { data, error, response } = await send();
      if (response.ok) return data as T;
      throw errorOf(response, error);
    } catch (error) {
      if (attempt >= retries || !isPassing(error)) throw error;
      await pause(pauseMs(error, attempt), signal);
    }
  }
}

/** What passes by itself: no connection, too many requests, nobody there at the moment, the same request under way. */
function isPassing(error: unknown): boolean {
  if (isProblem(error))
    return [429, 503].includes(error.problem.status) || error.code === 'request-in-progress';
  // What `fetch` rejects with when it got no answer.
  return error instanceof TypeError;
}

function pauseMs(error: unknown, attempt: number): number {
  const wanted = isProblem(error) ? error.retryAfterMs : null;
  return Math.min(MAX_PAUSE_MS, wanted ?? FIRST_PAUSE_MS * 2 ** attempt * (0.5 + Math.random()));
}

function pause(durationMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, durationMs);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}
