/**
 * Why no complete response was received:
 * `unreachable` (refused, DNS, TLS, proxy), `dropped` (connection closed), `timeout`, `aborted` (signal of the caller),
 * `too_large`, `garbled` (not HTTP).
 */
export type TransportFailure = 'unreachable' | 'dropped' | 'timeout' | 'aborted' | 'too_large' | 'garbled';

/** Contains no error of the HTTP library, because those carry headers and response bytes. */
export class TransportError extends Error {
  override readonly name = 'TransportError';

  constructor(
    readonly failure: TransportFailure,
    /** Whether the peer may have received the request or a part of it. */
    readonly sent: boolean,
    /** Such as `ECONNREFUSED` or `UND_ERR_SOCKET`. */
    readonly code?: string,
  ) {
    super(code === undefined ? `request ${failure}` : `request ${failure} (${code})`);
  }
}
