import { CallTimeoutError, WaitTimeoutError } from './errors.js';
import { isPassing, pause, pauseMs, within } from './retry.js';
import type { RunDetails, WaitOptions } from './types.js';

/** Maximum duration of one long poll at the gateway. */
const MAX_WAIT_S = 60;
const HOUR_MS = 3_600_000;
/** Additional time for the response after the long poll. */
const GRACE_MS = 30_000;
/** The long poll ends this long before the time limit, so that the response arrives in time. */
const MARGIN_MS = 500;
const EARLY_PAUSE_MS = 1000;
const MAX_EARLY_PAUSE_MS = 10_000;

/**
 * Reads a run until it has ended.
 * @param read reads the run with a long poll of `waitS` seconds
 * @throws WaitTimeoutError if the run is still in progress, or the last error if no time remains for a retry
 */
export async function waitForEnd(
  read: (waitS: number, stop: AbortSignal, attempt: number) => Promise<RunDetails>,
  { signal, timeoutMs = HOUR_MS }: WaitOptions,
): Promise<RunDetails> {
  const deadlineMs = performance.now() + timeoutMs;
  const leftMs = (): number => deadlineMs - performance.now();
  let last: RunDetails | undefined;
  for (let attempt = 1, early = 0, failures = 0; ; attempt += 1) {
    const startedMs = performance.now();
    const waitS = Math.min(MAX_WAIT_S, Math.max(0, Math.floor((leftMs() - MARGIN_MS) / 1000)));
    const limitMs = waitS * 1000 + GRACE_MS;
    let pauseForMs: number;
    try {
      const run = await within(timeoutMs > 0 ? Math.min(limitMs, leftMs()) : limitMs, signal, (stop) =>
        read(waitS, stop, attempt),
      );
      if (run.endedAt !== null) return run;
      last = run;
      failures = 0;
      const isEarly = waitS === 0 || performance.now() - startedMs < waitS * 1000 - MARGIN_MS;
      early = isEarly ? early + 1 : 0;
      pauseForMs = isEarly ? Math.min(MAX_EARLY_PAUSE_MS, EARLY_PAUSE_MS * 2 ** (early - 1)) : 0;
    } catch (error) {
      const isOver = error instanceof CallTimeoutError;
      if (signal?.aborted || !(isOver || isPassing(error))) throw error;
      pauseForMs = pauseMs(error, failures);
      failures += 1;
      if (pauseForMs >= leftMs() && (!isOver || last === undefined))
        throw isOver ? new CallTimeoutError(timeoutMs) : error;
    }
    pauseForMs = Math.min(pauseForMs, leftMs());
    if (pauseForMs > 0) await pause(pauseForMs, signal);
    if (leftMs() <= 0 && last) throw new WaitTimeoutError(last);
  }
}
