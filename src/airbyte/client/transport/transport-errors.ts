/**
 * Why no whole answer came:
 * `unreachable` (refused, DNS, TLS, proxy), `dropped` (closed or cut off), `timeout`, `aborted` (the caller's signal),
 * `too_large`, `garbled` (not HTTP).
 */
export type TransportFailure = 'unreachable' | 'dropped' | 'timeout' | 'aborted' | 'too_large' | 'garbled';

/** Holds no error of the HTTP library: those carry headers, and bytes of the answer. */
export class TransportError extends Error {
  override readonly name = 'TransportError';

  constructor(
    readonly failure: TransportFailure,
    /** May the peer have received the request, or a part of it? */
    readonly sent: boolean,
    /** Such as `ECONNREFUSED` or `UND_ERR_SOCKET`. */
    readonly code?: string,
  ) {
    super(code === undefined ? `request ${failure}` : `request ${failure} (${code})`);
  }
}
