/**
 * Why no whole answer came:
 * `unreachable` (refused, DNS, TLS, proxy), `dropped` (closed or cut off), `timeout`, `aborted` (the caller's signal),
 * `too_large`, `garbled` (not HTTP).
 */
export type TransportFailure = 'unreachable' | 'dropped' | 'timeout' | 'aborted' | 'too_large' | 'garbled';

export class TransportError extends Error {
  override readonly name = 'TransportError';

  constructor(
    readonly failure: TransportFailure,
    /** May the peer have received the request, or a part of it? */
    readonly sent: boolean,
    cause?: unknown,
  ) {
    super(`request ${failure}`, cause === undefined ? undefined : { cause });
  }
}
